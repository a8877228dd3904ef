"""EVIDENCE kept: cassettes, what tells requests apart, what keeps secrets out."""
