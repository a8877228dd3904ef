"""VERDICTS on disk, and the document for machines."""
