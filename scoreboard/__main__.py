"""`python -m scoreboard`: the command line."""

from scoreboard.cli import main

main()
