"""TRAFFIC of others: found, read, attributed, judged."""
