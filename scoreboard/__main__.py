"""`python -m scoreboard`, and the command `scoreboard`."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Ctrl-C ends the process without a word also while it is still loading.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from scoreboard.cli import main

if __name__ == "__main__":
    main()
