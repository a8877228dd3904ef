"""The seed."""

from itertools import count

import pytest
from msgspec import structs

from providers.chat import Ask, Reply, TokenLogprob
from tests.support.claims import Refusable
from tests.support.judging import COUNT, Model, exchange, refusal, refusing, shows, told

ASK = Ask.text("Write a story.", seed=42)
LONG, OTHER = "Seven otters argued about maps. " * 8, "A clockmaker counted pebbles. " * 8
SHORT = "Seven otters argued about maps."
FOUR = ("seed", "max_tokens", "stop", "logprobs")


class TestSeed(Refusable):
    cell, feature, words = "seed", "seed", "seed"
    options = {"seed": 42}


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        (LONG, [], "accepted"),
        (LONG, [exchange(ASK, LONG)], "seen"),
        (LONG, [exchange(ASK, OTHER)], "missed ignored"),
        (LONG, [exchange(ASK, LONG), exchange(ASK, OTHER)], "missed ignored"),
        (SHORT, [exchange(ASK, SHORT)], "accepted"),
        (SHORT, [exchange(ASK, SHORT), exchange("Write a story.", "Another story.")], "seen"),
        (SHORT, [exchange(ASK, SHORT), exchange("Write a story.", SHORT)], "accepted"),
        (SHORT, [exchange(ASK, SHORT), exchange(Ask.text("Write a story.", seed=7), OTHER)], "seen"),
        ("Hello", [exchange(ASK, "Ahoy")], "accepted"),
        ("Hello", [exchange(ASK, "Ahoy"), exchange("Write a story.", OTHER)], "accepted"),
        (LONG, [exchange("Write a story.", OTHER)], "accepted"),
        (LONG, [exchange(Ask.text("Write a story.", seed=42, sampling=(("temperature", 0.0),)), OTHER)], "accepted"),
        ("", [], "nothing unsure"),
    ],
    ids=[
        "once", "the same twice", "two that differ", "one of three differs", "short and the same", "short, another without it",
        "short, the same without it", "short, another with another seed", "too short to differ by more than accident",
        "too short, another without it",
        "another without it alone", "another temperature", "no text",
    ],
)  # fmt: skip
def test_the_same_seed_gives_the_same_answer(text: str, others: list, expected: str) -> None:  # type: ignore[type-arg]
    assert shows("seed", exchange(ASK, text), *others) == expected


def test_an_answer_that_ended_sooner_is_the_same_as_far_as_it_goes() -> None:
    stopped = exchange(Ask.text("Write a story.", seed=42, stop=("maps",)), LONG[:-20])
    assert shows("seed", exchange(ASK, LONG), stopped) == "seen"
    assert shows("seed", stopped, exchange(ASK, LONG)) == "seen"


def test_the_very_same_request_of_ours_may_be_answered_from_a_cache() -> None:
    story = Ask.text("Write a story.", seed=42, max_tokens=100, expects=frozenset({"in.text"}))
    other = exchange(structs.replace(story, seed=7), OTHER)
    assert shows("seed", exchange(story, LONG), exchange(story, LONG), other) == "accepted"
    uncapped = exchange(structs.replace(story, max_tokens=None), LONG)
    assert shows("seed", exchange(story, LONG), exchange(story, LONG), uncapped, other) == "seen"


def test_two_questions_settle_four_options() -> None:
    model = Model()
    assert {told(verdict) for verdict in model.verdicts(*FOUR).values()} == {"supported"}
    assert model.asked == ["story", "story-again", "story-other"]


@pytest.mark.parametrize(
    ("feature", "message", "refused", "most"),
    [
        ("seed", "Unsupported parameter: 'seed' is not supported with this model.", "seed", 5),
        ("top_logprobs", "This model does not support logprobs.", "logprobs", 5),
        ("top_logprobs", "Something is not supported.", "logprobs", 9),
    ],
)
def test_an_option_refused_by_name_is_left_out_and_one_that_is_not_costs_each_its_own_question(
    feature: str, message: str, refused: str, most: int
) -> None:
    model = Model(refusing(feature, message))
    found = model.verdicts("out.text", *FOUR)
    assert told(found[refused]) == "unsupported rejected"
    assert {found[name].verdict for name in FOUR if name != refused} == {"supported"}
    assert len(model.asked) <= most


def test_a_seed_without_effect_is_ignored_and_the_others_stand() -> None:
    number = count(1)

    def answer(ask: Ask) -> Reply | None:
        if ask.seed is None or ask.stop:
            return None
        text = f"{next(number)} tales of otters that never end, told by lamps"
        return Reply(text=text, finish="length", usage=COUNT, logprobs=(TokenLogprob("otters", -1),))

    found = Model(answer).verdicts(*FOUR)
    assert told(found["seed"]) == "unsupported ignored"
    assert {found[name].verdict for name in ("max_tokens", "stop", "logprobs")} == {"supported"}


def test_without_a_seed_there_is_no_second_answer_to_compare() -> None:
    model = Model(lacks=("seed",))
    assert told(model.verdicts(*FOUR)["seed"]) == "unsupported not_expressible"
    assert "story-again" not in model.asked


def test_an_answer_that_is_lost_the_second_time_leaves_it_accepted() -> None:
    model = Model(lambda ask: refusal("slow down", 429) if ask.name.endswith("again") else None)
    assert told(model.verdicts("seed", share=False)["seed"]) == "supported accepted"


@pytest.mark.parametrize(
    ("alone", "expected"),
    [
        ([LONG, LONG], "supported"),
        ([LONG, OTHER], "unsupported ignored"),
        (["Hello", "Ahoy", LONG, OTHER], "unsupported ignored"),
        (["Hello", LONG, OTHER], "unsupported ignored"),
        (["Hello", "Ahoy", "Hello"], "supported accepted"),
        (["Hello", "Ahoy", "Hi", "Hey"], "unsupported ignored"),
        (["Hello", "Ahoy", "Hi", "Hi"], "supported accepted"),
    ],
    ids=[
        "the same",
        "others",
        "short, then others",
        "one short",
        "short and the same",
        "all short",
        "short, and the last the same",
    ],
)
def test_a_seed_that_differs_is_asked_alone_until_that_tells(alone: list[str], expected: str) -> None:
    left, number = list(alone), count(1)

    def answer(ask: Ask) -> Reply | None:
        if ask.seed != 42:
            return None
        text = (
            left.pop(0) if "alone" in ask.expects else f"{next(number)} tales of otters that never end, told by lamps"
        )
        return Reply(text=text, finish="stop", usage=COUNT)

    assert told(Model(answer).verdicts("seed", share=False)["seed"]) == expected
    assert not left


def test_shared_answers_that_differ_are_asked_alone_too() -> None:
    def answer(ask: Ask) -> Reply | None:
        if ask.name not in ("story", "story-again"):
            return None
        text = f"{ask.name}: requests beside it drew from the same generator of random numbers. {LONG}"
        return Reply(text=text, finish="length", usage=COUNT, logprobs=(TokenLogprob("otters", -1),))

    model = Model(answer)
    assert told(model.verdicts(*FOUR)["seed"]) == "supported"
    assert "seed-alone-again" in model.asked
