"""Settings of all tests: property tests repeat themselves exactly, and no machine is too slow for them; Ctrl-C works in the programs that
tests start; where tests run in several processes, the matrix stays in one of them.
"""

import signal

import pytest
from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
# Who was started in the background by a shell ignores it, and so does all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All rows are judged when the first cell is asked for: a process that has no cell need not do it."""
    for item in items:
        if item.path.name == "scoreboard.toml":
            item.add_marker(pytest.mark.xdist_group("matrix"))
