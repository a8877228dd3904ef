"""Servers that anybody can run: how each is installed at a version, started and asked. Data; tools/engines runs it."""
