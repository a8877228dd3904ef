"""Settings of all tests: property tests repeat themselves exactly, and no machine is too slow for them; Ctrl-C works in the programs that
tests start; what is there once all tests are collected is not looked through again for what may be thrown away; clients share a TLS
context.
"""

import gc
import signal
import ssl
from functools import cache

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
# Who was started in the background by a shell ignores it, and so does all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Each client of an SDK makes one, and reading the certificates of all authorities takes longer than most tests.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]
gc.disable()


def pytest_collection_finish() -> None:
    """Thousands of tests and the SDKs stay to the end: looking through them again and again takes a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.enable()
