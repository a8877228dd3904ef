"""Settings of all tests: property tests repeat themselves exactly, and no machine is too slow for them; Ctrl-C works in the programs that
tests start.
"""

import signal

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
# Who was started in the background by a shell ignores it, and so does all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
