"""The judge: a row and its probes, one verdict each."""

import random

import pytest

from providers.chat import Ask, Limit, Reply
from scoreboard.judge.engine import judge
from tests.support.judging import EVERYTHING, Model, asked, exchange, refusal, row_of, shallow, told

EXCHANGES = (
    exchange("Hi"),
    exchange(Ask.text("Is a banana a fruit?", json=True), "{}"),
    exchange(Ask.text("Write.", seed=1), "A tale of otters and of maps."),
    exchange(Ask.text("Write.", seed=1), "A story of lamps and of clocks."),
    exchange(Ask.text("Write.", stop=("lamp",)), "A story of lamps"),
    exchange(Ask.text("Ho", max_tokens=5), Reply(text="A st", finish="length", limits=(Limit("requests", 9, 8),))),
)


def test_each_probe_gets_one_verdict() -> None:
    found = judge(row_of(*EXCHANGES), shallow())
    assert list(found) == [probe.id for probe in shallow()]
    told_of = {cell: told(verdict) for cell, verdict in found.items()}
    assert told_of["json"] == told_of["max_tokens"] == told_of["limits"] == "supported"
    assert told_of["seed"] == "unsupported ignored"
    assert told_of["stop"] == "unsupported ignored"
    assert told_of["tools"] == "unknown not_asked"


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_exchanges_changes_no_verdict(seed: int) -> None:
    shuffled = list(EXCHANGES)
    random.Random(seed).shuffle(shuffled)
    before, after = judge(row_of(*EXCHANGES), shallow()), judge(row_of(*shuffled), shallow())
    assert {cell: told(verdict) for cell, verdict in after.items()} == {
        cell: told(verdict) for cell, verdict in before.items()
    }


def test_a_row_without_exchanges_knows_nothing() -> None:
    assert {told(verdict) for verdict in judge(row_of(), shallow()).values()} == {"unknown not_asked"}


def test_a_row_whose_wire_lacks_everything_expresses_nothing() -> None:
    found = judge(row_of(exchange("Hi"), lacks=EVERYTHING - {"text"}), shallow())
    assert {cell for cell, verdict in found.items() if verdict.reason == "not_expressible"} == {
        cell
        for cell, probe in ((probe.id, probe) for probe in shallow())
        if probe.requires - {"text"} and not probe.is_service
    }


@pytest.mark.parametrize("share", [True, False])
def test_the_ideal_model_does_all_that_is_asked(share: bool) -> None:
    model = Model()
    row = model.row(share=share)
    found = asked(row, shallow())
    flawed = {cell: told(verdict) for cell, verdict in found.items() if verdict.verdict != "supported"}
    assert flawed == {"tools.unbiased": "flaky", "limits": "unsupported ignored"}  # it has a favourite, and no headers
    assert judge(row.row, shallow()) == found


def test_a_model_that_refuses_all_but_plain_text_is_found_out_in_every_cell() -> None:
    def answer(ask: Ask) -> Reply | None:
        extras = sorted(ask.features - {"text"})
        return refusal(f"not supported: {', '.join(extras)}") if extras else None

    found = Model(answer).verdicts(*(probe.id for probe in shallow()), share=False)
    supported = {cell for cell, verdict in found.items() if verdict.verdict == "supported"}
    assert supported == {"in.text", "out.text", "usage", "finish"}
