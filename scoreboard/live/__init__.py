"""LIVE: rows are asked over real sockets, and kept as they are answered."""
