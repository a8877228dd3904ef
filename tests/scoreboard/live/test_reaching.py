"""Whether an address is one, and whether anything is there."""

import anyio
import pytest

from emulator import Switchboard, serve
from scoreboard.live.obstacles import Obstacle
from scoreboard.live.reaching import check, connect


@pytest.mark.parametrize("url", ["http://127.0.0.1", "https://[::1]:8080/v1", "http://host.example/a/b"])
def test_an_address_that_is_one(url: str) -> None:
    check(url)


@pytest.mark.parametrize("url", ["", "host:80", "//host", "http:///v1", "http://h:1x", "http://h#f", "http://h\x1b"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Obstacle) as met:
        check(url)
    assert str(met.value).isprintable()


def test_something_is_there_or_is_not() -> None:
    with serve(Switchboard(), ("openai_chat",)) as server:
        anyio.run(connect, server.url("openai_chat"), 2.0)
        with pytest.raises(Obstacle, match="connection refused"):
            anyio.run(connect, server.refused_url("openai_chat"), 2.0)
