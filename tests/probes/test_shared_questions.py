"""Questions that cells share: what one answer settles of each, and when each asks alone."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from msgspec import structs

from probes.base import Row, Verdict, probes
from providers.base import expressible
from providers.chat import Ask, Citation, Reply, Source, TokenLogprob, Usage
from providers.errors import classify
from scoreboard.evidence.media import media
from scoreboard.judge.engine import judge, run
from scoreboard.live.ideal import ideal
from tests.support.judging import EVERYTHING

Answer = Callable[[Ask], Reply | None]
COUNT = Usage(10, 10)


class Model:
    """A channel that does all that it is asked, but for what `answer` says instead."""

    def __init__(self, answer: Answer = lambda _: None, lacks: frozenset[str] = frozenset()) -> None:
        self.fields = EVERYTHING - lacks
        self._answer = answer
        self._put: dict[bytes, Reply] = {}
        self.asked: list[str] = []

    async def reply(self, ask: Ask) -> Reply:
        expressible(ask, self.fields)
        key = msgspec.json.encode(ask, enc_hook=str)
        if key not in self._put:
            self.asked.append(ask.name)
            self._put[key] = structs.replace(self._answer(ask) or ideal(ask, COUNT), asked=ask, evidence=ask.name)
        return self._put[key]

    async def replies(self) -> list[Reply]:
        return list(self._put.values())


def cells(model: Model, *names: str, frugal: bool = True) -> dict[str, Verdict]:
    row = Row(media=media("https://assets.example"), frugal=frugal, fields=model.fields)
    return {name: run(judge(probes()[name], row, model)) for name in names}


def refusing(pattern: str, message: str, status: int = 400) -> Answer:
    """Refuses whatever carries the feature."""

    def answer(ask: Ask) -> Reply | None:
        carried = {feature.removesuffix("/url") for feature in ask.features}
        return Reply(status=status, error=classify(status, message)) if pattern in carried else None

    return answer


OPTIONS = ("seed", "max_tokens", "stop", "logprobs")
SENSES = ("in.image", "in.audio", "in.video", "in.document")


def test_two_questions_settle_four_options() -> None:
    model = Model()
    found = cells(model, *OPTIONS)
    assert {verdict.verdict for verdict in found.values()} == {"supported"}
    assert model.asked == ["options", "options-again"]


def test_three_questions_settle_all_media_with_a_word_for_each() -> None:
    model = Model()
    found = cells(model, *SENSES)
    assert {verdict.verdict for verdict in found.values()} == {"supported"}
    assert len(model.asked) == 3
    assert all(set(verdict.variants.values()) == {"supported"} for verdict in found.values())
    assert len(found["in.audio"].variants) == 10


def test_a_question_that_needs_two_tools_settles_four_cells_with_one_more_order_and_the_result_fed_back() -> None:
    model = Model()
    found = cells(model, "tools", "tools.forced", "tools.unbiased", "tools.decisive")
    assert [found[name].verdict for name in ("tools", "tools.forced", "tools.decisive")] == ["supported"] * 3
    assert sorted(model.asked) == ["tools-both", "tools-both-2", "tools-toolbias-usa"]


@pytest.mark.parametrize(
    ("feature", "message", "refused", "asked"),
    [
        ("seed", "Unsupported parameter: 'seed' is not supported with this model.", "seed", 3),
        ("top_logprobs", "This model does not support logprobs.", "logprobs", 3),
        ("top_logprobs", "Something is not supported.", "logprobs", 7),
    ],
)
def test_an_option_that_is_refused_by_name_is_left_out_and_one_that_is_not_costs_each_its_own_question(
    feature: str, message: str, refused: str, asked: int
) -> None:
    model = Model(refusing(feature, message))
    found = cells(model, *OPTIONS)
    assert (found[refused].verdict, found[refused].reason) == ("unsupported", "rejected")
    assert {verdict.verdict for name, verdict in found.items() if name != refused} == {"supported"}
    assert len(model.asked) <= asked


def test_a_seed_without_effect_is_ignored_and_the_others_stand() -> None:
    count = 0

    def answer(ask: Ask) -> Reply | None:
        nonlocal count
        count += 1
        if ask.seed is None or ask.stop:
            return None
        return Reply(
            text=f"{count} tales of otters that never end, told by {count} lamps",
            finish="length",
            usage=COUNT,
            logprobs=(TokenLogprob("otters", -1),),
        )

    found = cells(Model(answer), *OPTIONS)
    assert (found["seed"].verdict, found["seed"].reason) == ("unsupported", "ignored")
    assert {found[name].verdict for name in ("max_tokens", "stop", "logprobs")} == {"supported"}


def test_without_a_seed_there_is_no_second_answer_to_compare() -> None:
    model = Model(lacks=frozenset({"seed"}))
    found = cells(model, *OPTIONS)
    assert found["seed"].reason == "not_expressible"
    assert "options-again" not in model.asked


def test_a_kind_of_media_that_is_refused_is_asked_for_once_and_the_rest_is_inferred_and_marked() -> None:
    model = Model(refusing("audio", "Invalid content type. input_audio is only supported by certain models."))
    found = cells(model, *SENSES)
    assert (found["in.audio"].verdict, found["in.audio"].reason) == ("unsupported", "rejected")
    assert set(found["in.audio"].inferred) == {f"{form}/{source}" for form in ("aac", "flac", "ogg") for source in ("inline", "url")} | {
        "mp3/url", "wav/url",
    }  # fmt: skip
    assert found["in.audio"].evidence
    assert {found[name].verdict for name in SENSES if name != "in.audio"} == {"supported"}
    assert len(model.asked) == 4


def test_text_only_in_so_many_words_settles_all_media() -> None:
    def answer(ask: Ask) -> Reply | None:
        return Reply(status=400, error=classify(400, "This model only supports text input.")) if ask.media() else None

    model = Model(answer)
    assert {verdict.reason for verdict in cells(model, *SENSES).values()} == {"rejected"}
    assert len(model.asked) == 1


def _formats(message: str, *taken: str) -> Answer:
    def answer(ask: Ask) -> Reply | None:
        forms = [m.mime for m in ask.media() if m.modality == "audio" and not m.url and m.mime not in taken]
        return Reply(status=400, error=classify(400, message.format(*forms))) if forms else None

    return answer


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Invalid value: '{0}'. Supported values are: 'wav' and 'mp3'.", 4),  # all that are not listed are out at once
        ("Unsupported MIME type: {0}", 6),  # one by one
    ],
)
def test_formats_that_are_refused_leave_their_kind(message: str, asked: int) -> None:
    model = Model(_formats(message, "audio/mpeg", "audio/wav"))
    found = cells(model, *SENSES)
    assert {verdict.verdict for verdict in found.values()} == {"supported"}
    inline = {name: kind for name, kind in found["in.audio"].variants.items() if name.endswith("inline")}
    assert inline == {"mp3/inline": "supported", "wav/inline": "supported"} | dict.fromkeys(
        ("aac/inline", "flac/inline", "ogg/inline"), "unsupported"
    )
    assert len(model.asked) == asked


def test_a_refused_format_says_nothing_of_its_kind_where_the_others_could_not_be_asked() -> None:
    def answer(ask: Ask) -> Reply | None:
        forms = {m.mime for m in ask.media()}
        if forms == {"image/gif"}:
            return Reply(status=400, error=classify(400, "Unsupported MIME type: image/gif"))
        return Reply(status=503, error=classify(503, "overloaded")) if forms else None

    found = cells(Model(answer), "in.image")["in.image"]
    assert (found.verdict, found.reason) == ("unknown", "server")


@pytest.mark.parametrize(
    ("message", "param", "cells_"),
    [
        (
            "Unsupported parameter: 'stream_options' is not supported with this model.",
            "stream_options",
            ("json", "seed", "tools", "in.image"),
        ),
        ("this model does not support `max_tokens`.", "", ("json", "schema", "tools", "cite")),
    ],
)
def test_a_refusal_that_names_another_field_refuses_nothing_else(message: str, param: str, cells_: tuple[str, ...]) -> None:
    error = classify(400, message, param=param)
    found = cells(Model(lambda _: Reply(status=400, error=error)), *cells_, frugal=False)
    assert {verdict.verdict for verdict in found.values()} == {"unknown"}


def _broken_texts() -> Iterator[tuple[str, str, Reply]]:
    yield "web_search", "malformed", Reply(text="Found.", searches=("x",), sources=(Source("not a url"),))
    yield "cite", "malformed", Reply(text="Ostrumel.", citations=(Citation(0, "", 9, 4),))
    yield "cite", "wrong", Reply(text="Ostrumel.", citations=(Citation(0, "words that stand nowhere", 0, 9),))
    yield "logprobs", "wrong", Reply(text="Hello", logprobs=(TokenLogprob("Something", -0.1), TokenLogprob(" else", -0.2)))
    yield "out.text", "malformed", Reply(text="\ufffd" * 4)


@pytest.mark.parametrize(("cell", "reason", "reply"), list(_broken_texts()))
def test_what_comes_back_must_be_true(cell: str, reason: str, reply: Reply) -> None:
    found = cells(Model(lambda _: reply), cell, frugal=False)[cell]
    assert (found.verdict, found.reason) == ("unsupported", reason)


def test_the_ideal_model_does_all_that_is_asked() -> None:
    asked = [name for name, probe in probes().items() if not probe.watch]
    found = cells(Model(), *asked)
    flawed = {name: verdict.note for name, verdict in found.items() if verdict.verdict != "supported"}
    assert set(flawed) <= {"tools.unbiased"}  # it has a favourite
