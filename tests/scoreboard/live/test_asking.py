"""Questions under way: put once whoever shares them, until the answers settle the cell."""

from collections.abc import Callable, Iterator

import anyio
import pytest
from msgspec import structs

from probes.base import Asks, Probe, Verdict, probes
from probes.row import Exchange, Finding, Row, accepted, missed, seen
from providers.base import BadReply, Misfit
from providers.chat import Ask, Reply
from scoreboard.live.asking import AskedRow, NoAnswer, Together, quietly
from scoreboard.live.asking import in_turn as run_in_turn
from scoreboard.live.row import together
from tests.support.judging import Answer, Model, refusal, shallow, told

GOOD, BAD = Reply(text='{"is_fruit": true}', finish="stop"), Reply(text="Yes.", finish="stop")
BOOM, RATE, NO = refusal("boom", 500), refusal("rate limit", 429), refusal("response_format is not supported")
WELL, DOWN = Reply(text="Hello", finish="stop"), refusal("down", 500)


def in_turn(**answers: list[Reply | Exception]) -> Answer:
    """Answers each question with the next of its list, and the last one ever after."""
    left = {name: list(given) for name, given in answers.items()}

    def answer(ask: Ask) -> Reply | Exception | None:
        given = left.get(ask.name)
        return None if given is None else given.pop(0) if len(given) > 1 else given[0]

    return answer


def sampled(model: Model, cell: str = "json", samples: int = 3) -> Verdict:
    return anyio.run(model.row(samples=samples).sampled, probes()[cell])


def judged(row: AskedRow, *cells: str) -> dict[str, Verdict]:
    return anyio.run(row.judged, [probes()[cell] for cell in cells or [probe.id for probe in shallow()]])


@pytest.mark.parametrize(
    ("answers", "expected", "times"),
    [
        ([GOOD], "supported", 1),
        ([BAD], "unsupported malformed", 3),
        ([BAD, GOOD], "flaky", 2),
        ([BAD, BAD, GOOD], "flaky", 3),
        ([NO], "unsupported rejected", 1),
        ([RATE], "unknown rate", 1),
        ([BAD, RATE], "unsupported malformed", 3),
        ([Reply(text="{", finish="length"), GOOD], "supported", 2),
        ([Reply(text="", cut="the stream ends")], "unknown cut", 1),
    ],
    ids=[
        "seen at once", "never seen", "seen the second time", "seen the third time", "a refusal does not depend on luck", "unknown",
        "then unknown", "no room for it the first time", "cut",
    ],
)  # fmt: skip
def test_samples_are_taken_until_the_answer_is_settled(
    answers: list[Reply | Exception], expected: str, times: int
) -> None:
    model = Model(in_turn(json=answers))
    assert told(sampled(model)) == expected
    assert model.asked.count("json") == times


def test_one_sample_is_one_question() -> None:
    model = Model(in_turn(json=[BAD, GOOD]))
    found = sampled(model, samples=1)
    assert (told(found), found.samples, model.asked) == ("unsupported malformed", (0, 1), ["json"])


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (NoAnswer("no answer in time", "timeout"), "timeout"),
        (NoAnswer("the budget is spent", "not_asked"), "not_asked"),
        (Misfit("not of this wire"), "own"),
    ],
)
def test_a_question_without_an_answer_is_unknown_with_its_reason(raised: Exception, reason: str) -> None:
    model = Model(lambda ask: raised if ask.json else None)
    assert told(model.verdicts("json")["json"]) == f"unknown {reason}"


@pytest.mark.parametrize(
    ("answers", "plain", "expected"),
    [
        ([BOOM], [WELL], "unsupported breaks"),
        ([BOOM], [DOWN], "unknown server"),
        ([BOOM, GOOD], [WELL], "supported"),
        ([BOOM, BOOM, GOOD], [WELL], "supported"),
        ([BOOM], [WELL, WELL, DOWN], "unknown server"),
        ([BadReply("no JSON")], [WELL], "unsupported malformed"),
    ],
    ids=["always", "all is down", "once", "twice", "down afterwards", "never of its form"],
)
def test_a_server_breaks_only_if_it_fails_each_time_and_is_well_in_between(
    answers: list[Reply | Exception], plain: list[Reply | Exception], expected: str
) -> None:
    assert told(sampled(Model(in_turn(json=answers, hello=plain)))) == expected


@pytest.mark.parametrize("order", [run_in_turn, together])
def test_each_thing_at_which_a_server_breaks_has_answers_between_its_failures(order: Together) -> None:
    model = Model(lambda ask: BOOM if {"json", "top_logprobs"} & ask.features else None)
    row, cells = model.row(), [probes()[cell] for cell in ("out.text", "json", "logprobs")]
    found = anyio.run(row.judged, cells, order)
    assert {told(found[cell]) for cell in ("json", "logprobs")} == {"unsupported breaks"}
    assert model.asked.count("hello") <= 7


@pytest.mark.parametrize("cells", [("json", "logprobs"), ("logprobs", "json")])
def test_answers_out_of_form_to_other_questions_make_a_server_unsteady_whenever_they_come(
    cells: tuple[str, str],
) -> None:
    """Nothing was out of form but the one question while it was asked; that the server garbles others came out behind it."""
    garbled = BadReply("no JSON")
    model = Model(lambda ask: garbled if {"json", "top_logprobs"} & ask.features else None)
    assert told(judged(model.row(), "out.text", cells[0])[cells[0]]) == "unsupported malformed"
    found = judged(model.row(), "out.text", *cells)
    assert {told(found[cell]) for cell in cells} == {"unknown unreadable"}


def test_an_answer_to_another_question_since_the_failure_is_as_good_as_a_greeting() -> None:
    model = Model(in_turn(json=[BOOM]))

    async def rest() -> None:
        await row.put(Ask.text(f"Fruit {len(model.asks)}?"))

    row = model.row()
    model.rest = rest  # type: ignore[method-assign]
    assert told(anyio.run(row.sampled, probes()["json"])) == "unsupported breaks"
    assert model.asked.count("hello") == 1  # behind the last failure


def test_streams_of_nothing_are_failures_of_the_server() -> None:
    nothing = Reply(cut="the stream is empty")
    model = Model(lambda ask: nothing if ask.json and ask.stream else None)
    assert told(judged(model.row(stream=True), "json")["json"]) == "unsupported breaks"
    cut = structs.replace(nothing, text="{")
    model = Model(lambda ask: cut if ask.json and ask.stream else None)
    assert told(judged(model.row(stream=True), "json")["json"]) == "unknown cut"


def test_a_server_that_had_to_be_asked_again_may_fail_at_anything() -> None:
    model = Model(in_turn(json=[BOOM]))
    model.had_retries = True
    assert told(sampled(model)) == "unknown server"
    assert told(judged(model.row(samples=3), "out.text", "json")["json"]) == "unknown server"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (refusal("invalid api key", 401), "auth"),
        (refusal("no credit", 402), "billing"),
        (refusal("no such model", 404), "model"),
    ],
)
def test_a_row_that_does_not_answer_is_asked_once_and_unknown_as_a_whole(reply: Reply, reason: str) -> None:
    model = Model(lambda _: reply)
    verdicts = judged(model.row())
    assert {told(verdict) for verdict in verdicts.values()} == {f"unknown {reason}"}
    assert all(
        verdict.note.startswith("the row does not answer") for cell, verdict in verdicts.items() if cell != "out.text"
    )
    assert model.asked == ["hello"]


def test_a_row_that_refuses_text_and_makes_pictures_goes_on() -> None:
    def answer(ask: Ask) -> Reply | None:
        return refusal("text output is not supported by this model") if "output/image" not in ask.features else None

    model = Model(answer)
    verdicts = judged(model.row())
    assert told(verdicts["out.image"]) == "supported"
    assert told(verdicts["out.text"]) == "unsupported rejected"
    assert "json" in model.asked


def test_a_row_that_refuses_both_is_closed() -> None:
    model = Model(lambda _: refusal("text and image output is not supported by this model"))
    verdicts = judged(model.row())
    assert told(verdicts["json"]) == "unknown gated"
    assert model.asked == ["hello", "make-image"]


def test_a_wire_that_cannot_ask_for_text_is_asked_for_pictures_first() -> None:
    model = Model(lacks=("text",))
    verdicts = judged(model.row())
    assert (told(verdicts["out.text"]), told(verdicts["out.image"])) == ("unsupported not_expressible", "supported")
    assert model.asked[0] == "make-image"


def test_equal_questions_are_put_once_whoever_asks() -> None:
    model = Model()
    judged(model.row(samples=3))
    assert model.asked.count("hello") == 1
    assert len(model.asked) == len(set(model.asked))


def test_equal_questions_are_put_once_where_cells_are_asked_at_once() -> None:
    model = Model()

    async def at_once(cells: object) -> None:
        async with anyio.create_task_group() as group:
            for cell in cells:  # type: ignore[attr-defined]
                group.start_soon(awaited, cell)

    async def awaited(cell: object) -> None:
        await cell()  # type: ignore[operator]

    anyio.run(model.row(samples=3).judged, shallow(), at_once)
    assert len(model.asked) == len(set(model.asked))


@pytest.mark.parametrize("samples", [1, 3])
def test_the_first_sample_is_by_questions_that_cells_share_and_later_ones_are_alone(samples: int) -> None:
    model = Model(lambda ask: Reply(text="Another tale.", finish="stop") if ask.max_tokens else None)
    row = model.row(samples=samples)
    anyio.run(row.sampled, probes()["logprobs"])
    assert model.asked[0] == "story"
    assert "hello-logprobs" in model.asked
    assert len([name for name in model.asked if name.startswith("story")]) <= 3


def test_what_the_wire_has_no_field_for_is_not_put() -> None:
    model = Model(lacks=("seed",))
    x = anyio.run(model.row().put, Ask.text("Hi", seed=1))
    assert (x.lost, x.note, model.asked) == ("not_asked", "the wire has no field for seed", [])


def test_each_exchange_joins_the_row_with_its_number_its_sample_and_its_address() -> None:
    model = Model()
    row = model.row()
    for sample in (1, 2):
        anyio.run(row.put, Ask.text("Hi", name="hi"), sample)
    anyio.run(row.put, Ask.text("Hi", name="hi"), 1)
    assert [(x.number, x.sample) for x in row.row.exchanges] == [(1, 1), (2, 2)]
    assert all(x.where.startswith("hi#") for x in row.row.exchanges)


def made(asks: Callable[[Row], Asks], shows: Callable[[Exchange], Finding], **more: object) -> Probe:
    plain = Probe(lambda x, _: shows(x), "Text", {}, questions=asks, id="made")
    return structs.replace(plain, **more)


def three(row: Row) -> Iterator[Ask]:
    for number in range(3):
        yield row.ask(f"Question {number}", name=f"q{number}")


@pytest.mark.parametrize(
    ("shows", "more", "asked"),
    [
        (lambda _: seen("yes"), {}, ["q0"]),
        (lambda _: seen("yes"), {"asks_all": True}, ["q0", "q1", "q2"]),
        (lambda _: accepted("taken"), {}, ["q0", "q1", "q2"]),
        (lambda x: missed("wrong", "no") if x.ask.name == "q0" else seen("yes"), {}, ["q0", "q1", "q2"]),
        (lambda x: accepted("taken") if x.ask.name == "q0" else seen("yes"), {}, ["q0", "q1"]),
    ],
    ids=["seen", "seen, but each tells of something else", "accepted", "flaky", "accepted, then seen"],
)
def test_a_cells_questions_end_when_it_is_settled(
    shows: Callable[[Exchange], Finding], more: dict[str, object], asked: list[str]
) -> None:
    model = Model()
    anyio.run(model.row().sampled, made(three, shows, **more))  # type: ignore[arg-type]
    assert model.asked == asked


def test_each_verdict_is_told_as_it_is_found() -> None:
    told_of: dict[str, Verdict] = {}

    async def run() -> dict[str, Verdict]:
        return await Model().row().judged([probes()["json"], probes()["seed"]], told=told_of.__setitem__)

    assert set(anyio.run(run)) == set(told_of) == {"json", "seed"}
    quietly("json", told_of["json"])


def test_questions_beyond_the_bound_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoreboard.live.asking._MOST", 1)
    row = Model(lambda _: WELL).row()

    async def put() -> list[str]:
        with anyio.fail_after(5):
            return [(await row.put(Ask.text(text))).lost for text in ("one", "two", "two", "one")]

    assert anyio.run(put) == ["", "not_asked", "not_asked", ""]


@pytest.mark.parametrize(
    ("obeyed", "samples", "expected"),
    [
        ([True] * 10, (10, 10), "supported"),
        ([False] * 10, (0, 10), "unsupported"),
        ([True] * 9 + [False], (9, 10), "flaky"),
        ([True, False], (1, 2), "flaky"),
    ],
    ids=["always", "never", "nine times of ten", "the first time only"],
)
def test_a_habit_is_asked_for_until_both_came_or_ten_answers_are_alike(
    obeyed: list[bool], samples: tuple[int, int], expected: str
) -> None:
    left = iter(obeyed)
    model = Model(lambda ask: None if ask.name != "person" or next(left) else Reply(text="No.", finish="stop"))
    verdict = model.verdicts("tools.nested", samples=3, deep=True)["tools.nested"]
    assert (verdict.verdict, verdict.samples) == (expected, samples)
    assert next(left, None) is None


def test_a_habit_that_was_seen_once_will_do_where_no_more_is_to_be_known() -> None:
    model = Model()
    assert model.verdicts("tools.nested", samples=3)["tools.nested"].samples == (1, 1)
    assert model.asked == ["person"]
