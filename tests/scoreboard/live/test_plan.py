"""Plans: what a run will ask and cost, before it does."""

import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from benchmarks import frugality
from emulator import REJECTS, Server, Switchboard, serve
from probes.row import Row
from providers.base import Response, find_provider
from providers.chat import Ask
from scoreboard.evidence.exchange import Interaction
from scoreboard.live.plan import Cost, Last, Plan, PlannedRow, _Fresh
from scoreboard.mode import Mode, RowId
from tests.support.command import scoreboard
from tests.support.recording_live import KEY, WIRE, environment, told_events


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated-1",)), (WIRE,), key=KEY) as running:
        yield running


def test_a_dry_run_sends_nothing_and_tells_what_will_be_sent(server: Server, tmp_path: Path) -> None:
    for media in ("in.image", "in.audio", "in.document"):
        server.switchboard.set(media, REJECTS)
    plan, total = told_events(server, tmp_path, "--dry-run")
    assert not server.requests
    assert not list(tmp_path.iterdir())
    assert total["requests"] == plan["requests"] == len(plan["questions"])  # type: ignore[arg-type]
    done = told_events(server, tmp_path)
    (row,) = [event for event in done if event["event"] == "row"]
    assert row["requests"] == len(server.requests)
    # What is fresh costs nothing; what must be asked again is planned by what was refused.
    assert told_events(server, tmp_path, "--dry-run")[-1]["requests"] == 0
    assert told_events(server, tmp_path, "--dry-run", "--force")[-1]["requests"] == row["requests"]


def test_a_plan_is_told_of_each_sample_what_that_sample_was() -> None:
    provider = find_provider("openaicompatible")
    assert provider
    ask = Ask.text("Hello.", name="Hello")
    request = next(provider.wire.ask(ask, "m", provider.base_url, provider.quirks))

    def recorded(text: str, sample: int) -> Interaction:
        body = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}]}
        return Interaction(request, Response(200, {}, json.dumps(body).encode()), "Hello", sample)

    plan = Plan(RowId(provider.name, "m", Mode(False, False)), Cost(), {}, [])
    fresh = _Fresh([recorded("Second.", 2), recorded("First.", 1)])
    row = PlannedRow(provider, plan, Row(fields=ask.features), fresh, 3, Last())

    async def answers() -> list[str]:
        return [(await row.put(ask, sample)).reply.text for sample in (1, 2)]

    assert anyio.run(answers) == ["First.", "Second."]
    assert plan.whole.requests == 0
    anyio.run(row.put, ask, 3)
    assert (plan.whole.requests, plan.questions) == (1, ["Hello"])


@pytest.mark.parametrize("text_only", [False, True], ids=["everything", "text only"])
@pytest.mark.parametrize("wire", frugality.wires())
def test_a_model_takes_as_few_requests_as_planned_and_is_told_as_if_each_cell_asked_alone(
    wire: str, text_only: bool
) -> None:
    assert frugality.compared(wire, text_only=text_only)[2] == []


def test_a_dry_run_tells_the_price_where_it_is_known(tmp_path: Path) -> None:
    rows = "anthropic/claude-opus-5/sync", "anthropic/of-unknown-price/sync"
    done = scoreboard("record", "--dry-run", *rows, cwd=tmp_path, environ=environment())
    known, unknown, *cells, total = done.stdout.splitlines()
    assert "USD" in known and "price not known" in unknown
    assert [int(line.split(": ")[1].split()[0]) for line in cells if line.startswith("  out.text: ")] == [2]
    assert sum(int(line.split(": ")[1].split()[0]) for line in cells) == int(total.split(": ")[1].split()[0])
    assert total.startswith("2 rows: ") and "1 rows have no known price" in total


@pytest.mark.parametrize("bound", ["--max-requests", "--max-tokens"])
def test_bounds_stop_before_they_are_passed(server: Server, tmp_path: Path, bound: str) -> None:
    most = 6 if bound == "--max-requests" else 9000
    events = told_events(server, tmp_path, bound, str(most))
    end = events[-1]
    spent = end["spent"]["requests" if bound == "--max-requests" else "tokens"]  # type: ignore[index]
    assert 0 < spent <= most
    assert "the budget is used up" in str(end["stopped"])
    if bound == "--max-requests":
        assert len(server.requests) == most


def test_money_is_not_spent_on_what_has_no_price(server: Server, tmp_path: Path) -> None:
    events = told_events(server, tmp_path, "--max-usd", "1")
    (row,) = [event for event in events if event["event"] == "row"]
    assert row["cells"]["json"] == "unknown not_asked"  # type: ignore[index]
    assert not server.requests
