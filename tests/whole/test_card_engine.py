"""The card of a real engine: llama-cpp-python with a tiny model, where it is installed (`make engines ENGINE=llamacpppython`)."""

import json
from pathlib import Path

import pytest

from benchmarks.engine_facts import is_installed
from tests.support import ROOT
from tests.support.carding import probed
from tools.engines.__main__ import WORK, Engines
from tools.engines.servers import serving

NAME, MODEL = "llamacpppython", "tiny"
CELLS = ("json", "logprobs", "schema", "stream.ends", "tools.forced")
ENGINES = Engines(ROOT / "engines", WORK, ROOT)
pytestmark = [
    pytest.mark.skipif(
        not is_installed(ENGINES, NAME, MODEL),
        reason="llama-cpp-python is not installed; `make engines ENGINE=llamacpppython` installs it",
    ),
    pytest.mark.xdist_group("engines"),
]


def test_the_card_says_of_a_real_engine_what_was_seen_by_hand(tmp_path: Path) -> None:
    engine = ENGINES.engine(NAME)
    where = ENGINES.installed(NAME, engine.versions[-1])
    with serving(where, next(one for one in engine.served if one.name == MODEL)) as server:
        only = [word for cell in CELLS for word in ("--only", cell)]
        done = probed(server.address, "-o", "card.json", *only, folder=tmp_path, model=server.model)
    assert done.code == 0, done.err
    assert "wire openai_chat" in done.out
    plain, streamed = json.loads((tmp_path / "card.json").read_bytes())["rows"]
    told = {cell: (known["verdict"], known.get("reason", "")) for cell, known in plain["cells"].items()}
    assert told["json"] == told["out.text"] == ("supported", "")
    assert told["schema"] == ("unsupported", "breaks")  # a 500 each time
    assert told["tools.forced"] == ("unsupported", "ignored")
    # It leaves a stream as soon as another request comes, so that it has to be asked one at a time.
    assert all(streamed["cells"][cell]["verdict"] == "supported" for cell in ("json", "logprobs", "stream.ends"))
