"""What a real engine really does, replayed from its cassettes: the verdicts equal what was seen on it by hand."""

import pytest

from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.mode import Mode
from scoreboard.replay import replayed
from scoreboard.results.store import encode
from tests.support import ROOT

ROWS = {row.mode: row for row in rows_in(ROOT / "cassettes") if row.model == "tiny-random"}

# Version 0.3.36, seen with curl: JSON is enforced by a grammar, JSON by a schema is a 500 every time, a required tool call is ignored,
# include_usage is ignored, log-probabilities come only with top_logprobs, and seed, stop and max_tokens are honoured.
BY_HAND = {
    "json": "supported", "schema": "unsupported breaks", "tools.forced": "unsupported ignored", "logprobs": "supported", "seed": "supported",
    "stop": "supported", "max_tokens": "supported", "finish": "supported", "limits": "unsupported ignored",
}  # fmt: skip


@pytest.mark.parametrize(("mode", "usage"), [("sync", "supported"), ("stream", "unsupported ignored")])
def test_the_recorded_verdicts_are_what_was_seen_by_hand(mode: str, usage: str) -> None:
    cells = judged_cassettes(ROOT / "cassettes", ROWS[Mode.parse(mode)]).cells
    found = {name: f"{cells[name].verdict} {cells[name].reason}".strip() for name in (*BY_HAND, "usage")}
    assert found == {**BY_HAND, "usage": usage}
    assert "500" in cells["schema"].note


def test_the_committed_results_follow_from_the_committed_cassettes() -> None:
    for old, new in replayed(ROOT / "cassettes", ROOT / "results"):
        assert encode(new) == encode(old)


def test_only_real_engines_have_cassettes_here() -> None:
    assert {row.provider for row in rows_in(ROOT / "cassettes")} == {"llamacpppython"}
