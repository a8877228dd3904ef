"""What a cell says for a flag, and all modes and wires together."""

import pytest
from msgspec import structs

from probes.base import probes
from scoreboard.claims.measured import control, is_named, measured, word
from scoreboard.results.model import Cell, Samples
from tests.support.catalogue_copies import NO, PLAIN, YES, row

IGNORED = Cell("unsupported", "ignored", "nothing came", ("a.yaml",))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (YES, "yes"),
        (structs.replace(YES, strength="accepted"), "weak"),
        (structs.replace(YES, verdict="flaky"), "weak"),
        (structs.replace(YES, source="inherited"), ""),
        (structs.replace(YES, verdict="unknown", reason="timeout"), ""),
        (NO, "no"),
        (structs.replace(NO, note="400: Input validation error"), "doubt"),
        (IGNORED, "no"),
        *[(Cell("unsupported", reason, "image"), "") for reason in ("not_expressible", "breaks", "wrong", "malformed")],
    ],
)
def test_what_a_cell_says(cell: Cell, said: str) -> None:
    assert word("in.image", cell) == said


@pytest.mark.parametrize(
    ("note", "is_about_it"),
    [
        ("png/inline: 400: Image input is not enabled for this model", True),
        ("png/inline: 400: Multimodal is not enabled for your organization", False),
        ("png/url: 400: messages[0].content must be a string", False),
        ("png/inline: 400: Param Incorrect", False),
        ("png/inline: 401: no image for this api key", False),
        ("image/inline: 400: no", False),  # our own word for the form names nothing
    ],
)
def test_a_no_names_the_thing(note: str, is_about_it: bool) -> None:
    assert is_named("in.image", note) == is_about_it


def test_a_yes_needs_two_exchanges() -> None:
    once = structs.replace(YES, evidence=("a.yaml",), samples=Samples(1, 1))
    assert measured(["tools"], [("groq", row({"tools": once}))], ["groq"]).says is None
    assert (
        measured(
            ["tools"], [("groq", row({"tools": once})), ("groq", row({"tools": once}, stream=True))], ["groq"]
        ).says
        is True
    )
    assert measured(["tools"], [("groq", row({"tools": YES}))], ["groq"]).says is True


def test_one_refusal_counts_where_the_plain_question_is_answered() -> None:
    with_plain = row({"in.image": NO})
    without = structs.replace(with_plain, cells={"in.image": NO})
    assert measured(["in.image"], [("groq", with_plain)], ["groq"]).says is False
    assert measured(["in.image"], [("groq", without)], ["groq"]).says is None
    assert control(with_plain) == PLAIN
    assert control(without) is None


def test_what_was_ignored_once_says_nothing() -> None:
    assert measured(["tools"], [("groq", row({"tools": IGNORED}))], ["groq"]).says is None
    rows = [("groq", row({"tools": IGNORED})), ("groq", row({"tools": IGNORED}, stream=True))]
    assert measured(["tools"], rows, ["groq"]).says is False


@pytest.mark.parametrize("other", [NO, structs.replace(NO, note="400: no")])
def test_modes_that_differ_say_nothing(other: Cell) -> None:
    rows = [("groq", row({"in.image": YES})), ("groq", row({"in.image": other}, stream=True))]
    assert measured(["in.image"], rows, ["groq"]).why == "modes or wires differ"
    weak = structs.replace(YES, strength="accepted")
    rows = [("groq", row({"in.image": weak})), ("groq", row({"in.image": NO}, stream=True))]
    assert measured(["in.image"], rows, ["groq"]).says is None


def test_a_no_needs_one_of_each_wire_and_a_yes_does_not() -> None:
    wires = ["openaichat", "openairesponses"]
    one = [("openaichat", row({"in.image": NO}))]
    assert measured(["in.image"], one, wires).why == "not asked of openairesponses"
    assert measured(["in.image"], [*one, ("openairesponses", row({"in.image": NO}))], wires).says is False
    assert measured(["in.image"], [("openaichat", row({"in.image": YES}))], wires).says is True


def test_an_answer_of_another_model_is_about_that_one() -> None:
    assert measured(["tools"], [("groq", row({"tools": YES}, served_as="other"))], ["groq"]).says is None


def test_a_flag_of_several_cells_takes_any_yes_and_all_noes() -> None:
    cells = [name for name, probe in probes().items() if name in ("in.image", "in.audio")]
    audio = structs.replace(NO, note="400: audio input is not supported")
    assert measured(cells, [("groq", row({"in.image": NO, "in.audio": audio}))], ["groq"]).says is False
    assert measured(cells, [("groq", row({"in.image": NO}))], ["groq"]).says is None
    assert measured(cells, [("groq", row({"in.image": YES, "in.audio": audio}))], ["groq"]).says is True
