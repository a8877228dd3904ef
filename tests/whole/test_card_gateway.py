"""The card of an API behind a real gateway: LiteLLM's proxy, which asks again where the API fails, and waits in between."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from emulator import serve
from tests.support.carding import Failing, probed
from tests.support.gateways import needs_litellm
from tools.gateways import KEY, name, proxy

WIRE = "openai_chat"
MODEL = name("able")
pytestmark = [needs_litellm, pytest.mark.xdist_group("gateways")]


class Gateway(Struct):
    """A running proxy, and the API behind it."""

    url: str
    key: str
    api: Failing


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    api = Failing(models=(MODEL,))
    with serve(api, (WIRE,), key=KEY) as api.server, proxy(api.server, (WIRE,)) as (url, key):
        yield Gateway(url, key, api)


@pytest.mark.parametrize(
    ("at", "cells"),
    [
        ((), ()),
        (("tools",), ("tools", "tools.forced")),
        (("response_format",), ("json", "schema")),
        (("image_url",), ("in.image",)),
    ],
    ids=["nothing", "tools", "form", "pictures"],
)
def test_a_card_takes_under_a_minute_where_the_api_fails_at_each_question_of_a_kind(
    at: tuple[str, ...], cells: tuple[str, ...], gateway: Gateway, tmp_path: Path
) -> None:
    gateway.api.at = at
    before = len(gateway.api.server.requests)
    model = f"{MODEL}-{WIRE}"
    keyed = {"OPENAI_COMPATIBLE_API_KEY": gateway.key}
    done = probed(gateway.url, "-o", "card.json", folder=tmp_path, model=model, environ=keyed)
    assert done.code == 0, done.err
    assert done.seconds < 60
    rows = json.loads((tmp_path / "card.json").read_bytes())["rows"]
    assert len(rows) == 2
    works = {cell for row in rows for cell, known in row["cells"].items() if known["verdict"] == "supported"}
    assert {"in.text", "out.text", "json", "schema", "tools", "in.image"} - {*cells} <= works
    assert not works & {*cells}
    told = {known["reason"] for row in rows for cell, known in row["cells"].items() if cell in cells}
    assert told <= {"breaks", "server"}
    if at:  # the gateway asked again
        (asked,) = re.findall(r"(\d+) requests in", done.out)
        assert len(gateway.api.server.requests) - before > int(asked)
