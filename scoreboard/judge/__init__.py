"""JUDGE: what exchanges show, and the verdict that follows."""
