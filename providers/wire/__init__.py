"""One file per wire format. Modules that begin with an underscore are shared helpers."""
