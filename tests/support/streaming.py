"""What holds for all cells of streams alike, as a class of tests that those of each probe are made from."""

from typing import Any, ClassVar

import anyio
import pytest
from msgspec import structs

from probes.base import Verdict, probes
from probes.findings import findings_of
from probes.row import Exchange
from providers.chat import Ask, Chunk, Reply, Streamed, ToolCall
from scoreboard.judge.engine import judge
from tests.support.judging import COUNT, RATE, Model, exchange, row_of, told

# A streamed answer that has all that a stream can have.
WHOLE = Reply(
    text="Seven otters argued about maps. " * 8, finish="stop", finish_raw="stop", usage=COUNT,
    chunks=tuple(Chunk(64, at / 10) for at in range(5, 15)), streamed=Streamed("[DONE]"),
)  # fmt: skip
CALL = ToolCall("square_root", {"number": 132413}, id="1")


def streamed(reply: Reply, **options: Any) -> Exchange:
    """A streamed exchange."""
    return exchange(Ask.text("Hi", stream=True, **options), reply)


def without(**changes: Any) -> Exchange:
    """The streamed exchange that lacks something."""
    return streamed(structs.replace(WHOLE, **changes))


def as_streamed(ask: Ask) -> Reply:
    """The answer of a server whose streams have all that they can have."""
    if ask.tools:
        return structs.replace(WHOLE, text="", calls=(CALL,), finish="tool_calls", finish_raw="tool_calls")
    return WHOLE


def stream_verdict(cell: str, *exchanges: Exchange) -> Verdict:
    """The verdict on a cell of a row of streams."""
    return judge(row_of(*exchanges, stream=True), [probes()[cell]])[cell]


class OfStreams:
    """A cell that exists in rows of streams alone."""

    cell: ClassVar[str]
    questions: ClassVar[list[str]] = ["hello"]
    options: ClassVar[dict[str, Any]] = {}

    def judged(self, model: Model, *, stream: bool) -> dict[str, Verdict]:
        return anyio.run(model.row(stream=stream).judged, [probes()[self.cell]])

    def test_a_row_of_plain_answers_has_no_such_cell_and_asks_nothing_for_it(self) -> None:
        model = Model(as_streamed)
        assert self.judged(model, stream=False) == judge(row_of(exchange("Hi")), [probes()[self.cell]]) == {}
        assert not model.asked

    @pytest.mark.parametrize("share", [True, False])
    def test_a_row_of_streams_is_asked_and_shows_it(self, share: bool) -> None:
        model = Model(as_streamed)
        row = model.row(stream=True, share=share)
        assert told(anyio.run(row.judged, [probes()[self.cell]])[self.cell]) == "supported"
        assert len(model.asked) == 1 and model.asked[0] in self.questions and model.asks[0].stream

    def test_a_plain_answer_beside_streams_does_not_concern_it(self) -> None:
        row = row_of(exchange(Ask.text("Hi", **self.options), WHOLE), stream=True)
        assert findings_of(probes()[self.cell], row.exchanges[0], row) == []

    def test_an_error_and_a_stream_that_was_cut_show_nothing(self) -> None:
        for reply, reason in ((RATE, "rate"), (structs.replace(WHOLE, cut="the connection closed"), "cut")):
            verdict = stream_verdict(self.cell, streamed(reply, **self.options))
            assert told(verdict) == f"unknown {reason}"
