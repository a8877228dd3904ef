"""One verdict of what many exchanges show."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from msgspec import structs

from probes.base import Probe, Verdict, plain_question
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, refused, seen
from providers.chat import Ask, Reply
from scoreboard.judge.tally import tally
from tests.support.judging import EVERYTHING, exchange, refusal, row_of, told, verdict_on

S, A, R = seen("saw it"), accepted("took it"), refused("400: seed is not supported")
M, W, N = missed("ignored", "not there"), missed("wrong", "another"), nothing("rate", "429: slow down")
PROBE = Probe(lambda *_: None, "Text", {}, frozenset({"seed"}), questions=plain_question, id="made")


def verdict(findings: Sequence[Finding], row: Row | None = None, **more: object) -> Verdict:
    """The verdict of findings, each of an exchange of its own."""
    placed = [
        f if f.exchanges else structs.replace(f, exchanges=(exchange("Hi", where=f"#{number}", number=number),))
        for number, f in enumerate(findings, 1)
    ]
    return tally(structs.replace(PROBE, **more), placed, row or Row(fields=EVERYTHING))


@pytest.mark.parametrize(
    ("findings", "expected", "samples"),
    [
        ([S], "supported", (1, 1)),
        ([S, S], "supported", (2, 2)),
        ([S, M], "flaky", (1, 2)),
        ([M, S, S], "flaky", (2, 3)),
        ([M], "unsupported ignored", (0, 1)),
        ([W, M], "unsupported wrong", (0, 2)),
        ([A], "supported accepted", (0, 0)),
        ([A, A, N], "supported accepted", (0, 0)),
        ([A, S], "supported", (1, 1)),
        ([A, M], "unsupported ignored", (0, 1)),
        ([R], "unsupported rejected", (0, 0)),
        ([R, N], "unsupported rejected", (0, 0)),
        ([R, A], "supported accepted", (0, 0)),
        ([R, S], "supported", (1, 1)),
        ([R, M], "unsupported ignored", (0, 1)),
        ([N], "unknown rate", (0, 0)),
        ([N, S], "supported", (1, 1)),
    ],
)
def test_k_were_seen_of_n_that_were_seen_or_missed(
    findings: list[Finding], expected: str, samples: tuple[int, int]
) -> None:
    assert (told(verdict(findings)), verdict(findings).samples) == (expected, samples)


@pytest.mark.parametrize("findings", [[S, M, A, R, N], [A, R, N], [S, A, N, N], [R, N, N]])
def test_the_order_of_the_answers_does_not_matter(findings: list[Finding]) -> None:
    assert len({(told(v := verdict(order)), v.samples) for order in permutations(findings)}) == 1


def test_a_refusal_beside_what_was_taken_is_kept_as_a_note() -> None:
    for other in (S, A):
        assert verdict([R, other]).note.endswith("refused in another combination: 400: seed is not supported")
    assert "combination" not in verdict([R]).note


def test_a_flaky_one_names_an_exchange_of_either_kind() -> None:
    flaky = verdict([S, S, M])
    assert flaky.evidence == ("#3", "#1")
    assert flaky.note == "seen in 2 of 3: saw it; else: not there"


def test_a_verdict_names_few_exchanges_and_says_how_many_there_were() -> None:
    many = verdict([S] * 30)
    assert len(many.evidence) == 4
    assert many.note == "saw it (30 times)"


def test_some_are_decided_by_one_hit_and_some_by_one_miss() -> None:
    assert told(verdict([S, M, M], one_hit_decides=True)) == "supported"
    assert told(verdict([M, M], one_hit_decides=True)) == "unsupported ignored"
    assert told(verdict([S, S, W], one_miss_decides=True)) == "unsupported wrong"
    assert told(verdict([S, S], one_miss_decides=True)) == "supported"


def on(day: str, finding: Finding) -> Finding:
    return structs.replace(finding, exchanges=(exchange("Hi", observed_at=day, where=day),))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (on("2025-01-01", M), on("2026-01-01", S), "supported"),
        (on("2025-01-01", S), on("2026-01-01", M), "unsupported ignored"),
        (on("2025-07-05", M), on("2026-01-01", S), "flaky"),
        (on("2025-07-04", M), on("2026-01-01", S), "supported"),
        (on("≤2025-01-01", M), on("2026-01-01T10:00:00+00:00", S), "supported"),
        (on("", M), on("2026-01-01", S), "flaky"),
        (on("2025-01-01", S), on("2026-01-01", N), "supported"),
        (on("2025-01-01", R), on("2026-01-01", A), "supported accepted"),
        (on("some day", M), on("2026-01-01", S), "flaky"),
    ],
    ids=[
        "an old miss", "an old hit", "180 days", "181 days", "no later than a day", "no day kept", "the newest tells nothing",
        "an old refusal", "no date",
    ],
)  # fmt: skip
def test_what_is_older_than_the_newest_that_tells_by_180_days_is_history(
    old: Finding, new: Finding, expected: str
) -> None:
    assert told(verdict([old, new])) == told(verdict([new, old])) == expected


UNSURE = structs.replace(N, reason="unsure")


def of(variant: str, finding: Finding) -> Finding:
    return structs.replace(finding, variant=variant)


@pytest.mark.parametrize(
    ("findings", "expected", "variants"),
    [
        ([of("a", S), of("b", R)], "supported", {"a": "supported", "b": "unsupported"}),
        ([of("a", S), of("b", A)], "supported", {"a": "supported", "b": "supported"}),
        ([of("a", A), of("b", W)], "supported accepted", {"a": "supported", "b": "unsupported"}),
        ([of("a", W), of("b", R)], "unsupported wrong", {"a": "unsupported", "b": "unsupported"}),
        ([of("a", R), of("b", M)], "unsupported ignored", {"a": "unsupported", "b": "unsupported"}),
        ([of("a", S), of("a", M), of("b", W)], "flaky", {"a": "flaky", "b": "unsupported"}),
        ([of("a", N), of("b", R)], "unknown rate", {"a": "unknown", "b": "unsupported"}),
        ([of("a", UNSURE), of("b", R)], "unsupported rejected", {"a": "unknown", "b": "unsupported"}),
        ([of("a", N), of("b", S)], "supported", {"a": "unknown", "b": "supported"}),
        ([of("a", N), of("b", N)], "unknown rate", {}),
    ],
)
def test_of_many_variants_it_is_supported_where_any_is(
    findings: list[Finding], expected: str, variants: dict[str, str]
) -> None:
    found = verdict(findings)
    assert (told(found), found.variants) == (expected, variants)


def test_the_note_names_the_variants_that_it_is_about() -> None:
    assert verdict([of("b", S), of("a", S), of("c", R)]).note == "a, b: saw it"


def test_a_refusal_of_one_rare_variant_alone_says_nothing_of_the_others() -> None:
    rare = structs.replace(of("gif/inline", R), is_narrow=True)
    assert told(verdict([rare])) == "unknown unsure"
    assert told(verdict([rare, of("png/inline", S)])) == "supported"
    assert told(verdict([rare, of("png/inline", R)])) == "unsupported rejected"


def test_a_wire_without_a_field_does_not_express_it_unless_somebody_found_a_way() -> None:
    lacking = Row(fields=EVERYTHING - {"seed"})
    assert told(verdict([], lacking)) == "unsupported not_expressible"
    assert told(verdict([N], lacking)) == "unsupported not_expressible"
    assert told(verdict([S], lacking)) == "supported"
    assert told(verdict([], Row())) == "unknown not_asked"


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        ([], "not_asked"),
        ([N, nothing("unsure", "hm")], "rate"),
        ([nothing("unsure", "hm"), nothing("capped", "cut")], "capped"),
    ],
)
def test_nothing_is_known_for_the_reason_of_a_lost_answer_before_others(findings: list[Finding], reason: str) -> None:
    assert told(verdict(findings)) == f"unknown {reason}"


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (exchange("Hi", refusal("Incorrect API key", 401)), "auth"),
        (exchange("Hi", refusal("no such model", 404)), "model"),
        (exchange("Hi", refusal("field required: messages")), "gated"),
        (exchange("Hi", refusal("boom", 500)), "server"),
        (exchange("Hi", Reply(), lost="timeout", note="no answer"), "timeout"),
        (exchange("Hi", Reply(text="Hel", cut="the stream ends")), "cut"),
    ],
)
def test_a_row_that_does_not_answer_at_all_says_so_in_all_its_cells(x: Exchange, reason: str) -> None:
    for cell in ("seed", "usage", "json"):
        found = verdict_on(cell, x)
        assert told(found) == f"unknown {reason}"
        assert found.note.startswith("the row does not answer: ")


FAILS, PLAIN = exchange(Ask.text("Hi", seed=1), refusal("boom", 500)), exchange("Hi")
GARBLED = exchange(Ask.text("Hi", seed=1), Reply(), lost="unreadable", note="no JSON")


@pytest.mark.parametrize(
    ("exchanges", "expected"),
    [
        ([FAILS, PLAIN, FAILS, PLAIN, FAILS, PLAIN], "unsupported breaks"),
        ([PLAIN, FAILS, PLAIN, FAILS, PLAIN, FAILS, PLAIN, PLAIN], "unsupported breaks"),
        ([FAILS, FAILS, FAILS, PLAIN], "unknown server"),
        ([FAILS, PLAIN, FAILS, PLAIN, FAILS], "unknown server"),
        ([FAILS, PLAIN, FAILS, PLAIN], "unknown server"),
        ([FAILS, PLAIN, FAILS, PLAIN, FAILS, exchange("Hi", refusal("down", 500))], "unknown server"),
        ([FAILS, PLAIN, FAILS, PLAIN, GARBLED, PLAIN], "unknown unreadable"),
        ([FAILS, PLAIN, FAILS, PLAIN, exchange(Ask.text("Hi", seed=1)), PLAIN], "supported accepted"),
        ([GARBLED, PLAIN, GARBLED, PLAIN, GARBLED, PLAIN], "unsupported malformed"),
    ],
    ids=[
        "three times, well in between and behind", "well before as well", "nothing in between", "not well behind", "twice", "down behind",
        "for two reasons", "answered at last", "out of form each time",
    ],
)  # fmt: skip
def test_a_server_breaks_that_fails_at_it_each_time_and_is_well_in_between(
    exchanges: list[Exchange], expected: str
) -> None:
    found = verdict_on("seed", *exchanges)
    assert told(found) == expected
    assert found.samples == ((0, 3) if "breaks" in expected or "malformed" in expected else (0, 0))


def test_what_all_questions_carry_does_not_break() -> None:
    row = row_of(*[exchange("Hi", refusal("boom", 500))] * 3)
    assert told(verdict_on("out.text", *row.exchanges)) == "unknown server"
