"""What catalogues publish about models, held against what was measured: contradictions, gaps, and patches."""
