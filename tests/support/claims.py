"""What holds for many probes alike, as classes of tests that those of each probe are made from."""

from typing import Any, ClassVar

import pytest

from providers.chat import Ask, Media, Modality, Reply, ToolCall, Usage
from scoreboard.evidence.media import manifest
from scoreboard.live.run import chosen
from tests.support.judging import HELLO, RATE, Model, exchange, refusal, refusing, shown, shows, told, verdict_on

WORDS = {asset.format: asset.word for asset in manifest()}


class Refusable:
    """A capability that a question carries by its options; `words` is what an error names it by."""

    cell: ClassVar[str]
    options: ClassVar[dict[str, Any]]
    words: ClassVar[str]
    feature: ClassVar[str]
    lacking: ClassVar[str] = "unsupported not_expressible"  # where the wire has no field for it

    def ask(self) -> Ask:
        return Ask.text("What is the weather?", **self.options)

    def test_an_error_that_says_that_the_field_is_not_supported_refuses_it(self) -> None:
        assert (
            shows(self.cell, exchange(self.ask(), refusal(f"{self.words} is not supported by this model")))
            == "refused rejected"
        )

    def test_an_error_about_something_else_shows_nothing(self) -> None:
        assert shows(self.cell, exchange(self.ask(), RATE)) == "nothing rate"
        assert (
            shows(self.cell, exchange(self.ask(), refusal("frobnication is not supported", param="frob")))
            == "nothing unsure"
        )

    def test_a_question_without_the_field_does_not_concern_it(self) -> None:
        assert shows(self.cell, exchange(Ask.text("What is the weather?", outputs=()), HELLO)) == ""

    def test_a_wire_without_the_field_does_not_express_it(self) -> None:
        other = exchange(Ask.text("Hi", outputs=()), HELLO)
        assert told(verdict_on(self.cell, other, lacks=(self.feature,))) == self.lacking
        assert told(verdict_on(self.cell, other)) == "unknown not_asked"

    def test_what_is_asked_shows_it_where_the_model_does_all_that_it_is_asked_and_stops_at_a_refusal(self) -> None:
        for share in (True, False):
            kind = Model().verdicts(self.cell, share=share)[self.cell].verdict
            assert kind == "supported" or self.cell == "tools.unbiased"
            model = Model(refusing(self.feature, f"{self.words} is not supported by this model"))
            assert told(model.verdicts(self.cell, share=share)[self.cell]) == "unsupported rejected"

    def test_no_question_forces_in_words_or_carries_what_the_wire_lacks(self) -> None:
        model = Model(lacks=(self.feature,))
        assert told(model.verdicts(self.cell)[self.cell]) == self.lacking
        assert not [ask for ask in model.asks if self.feature in ask.features]


class Deep(Refusable):
    """A capability that is asked for only where that is wanted, or where it is named."""

    def test_it_is_asked_for_where_that_is_wanted_or_named(self) -> None:
        names = [[probe.id for probe in chosen(only, deep=deep)] for only, deep in (((), False), ((), True))]
        assert [self.cell in found for found in names] == [False, True]
        assert self.cell in [probe.id for probe in chosen((self.cell,))]


class Perceived:
    """A kind of media as input."""

    kind: ClassVar[Modality]
    form: ClassVar[str]
    mime: ClassVar[str]

    def sent(self, *, url: bool = False, word: str = "", ours: bool = True) -> Ask:
        here = Media(self.kind, self.mime, b"" if url else b"\x89PNG", "https://a.example/x" if url else "", word)
        return Ask.text("What is it?", here, expects=frozenset({"in.media"} if ours else ()))

    @property
    def cell(self) -> str:
        return f"in.{self.kind}"

    def shows(self, reply: Reply | str, **how: Any) -> str:
        return shows(self.cell, exchange(self.sent(**{"word": WORDS[self.form], **how}), reply))

    def test_the_known_word_in_the_answer_is_seen(self) -> None:
        for url in (False, True):
            x = exchange(self.sent(url=url, word=WORDS[self.form]), f"It is {WORDS[self.form].upper()}.")
            (finding,) = shown(self.cell, x)
            assert (finding.kind, finding.variant) == ("seen", f"{self.form}/{'url' if url else 'inline'}")

    def test_what_is_not_known_here_or_what_strangers_ask_about_is_accepted(self) -> None:
        assert self.shows("A fine thing.", word="") == "accepted"
        assert self.shows("A fine thing.", word="dog|puppy", ours=False) == "accepted"

    def test_an_answer_without_the_word_is_wrong(self) -> None:
        assert self.shows("teapot") == "missed wrong"
        assert self.shows("") == "missed wrong"

    @pytest.mark.parametrize(
        "said",
        ["I cannot see any {kind} here. Perhaps {word}?", "I'm a text-based model.", "Please upload the {kind}."],
    )
    def test_a_model_that_says_that_it_got_none_is_blind_however_lucky_its_guess(self, said: str) -> None:
        assert self.shows(said.format(kind=self.kind, word=WORDS[self.form])) == "missed ignored"

    def test_no_room_for_an_answer_shows_nothing(self) -> None:
        assert self.shows(Reply(text="", finish="length")) == "nothing capped"
        assert self.shows(Reply(calls=(ToolCall("f", {}),))) == "nothing unsure"

    def test_a_refusal_is_of_the_form_that_was_sent(self) -> None:
        (finding,) = shown(
            self.cell, exchange(self.sent(), refusal(f"{self.kind} input is not supported by this model"))
        )
        assert (finding.kind, finding.variant) == ("refused", f"{self.form}/inline")
        assert self.shows(RATE) == "nothing rate"

    def test_forms_that_are_understood_stand_beside_those_that_are_not(self) -> None:
        taken = exchange(self.sent(word=WORDS[self.form]), WORDS[self.form])
        refused = exchange(self.sent(url=True), refusal(f"{self.kind} by url is not supported: {self.kind}"))
        verdict = verdict_on(self.cell, taken, refused)
        assert told(verdict) == "supported"
        assert verdict.variants == {f"{self.form}/inline": "supported", f"{self.form}/url": "unsupported"}

    def test_a_wire_without_it(self) -> None:
        assert (
            told(verdict_on(self.cell, exchange("Hi"), lacks=(self.kind, f"{self.kind}/url")))
            == "unsupported not_expressible"
        )
        assert told(verdict_on(self.cell, exchange("Hi"))) == "unknown not_asked"

    @pytest.mark.parametrize("share", [True, False])
    def test_every_form_is_asked_for_inline_and_by_url(self, share: bool) -> None:
        verdict = Model().verdicts(self.cell, share=share)[self.cell]
        forms = [asset.format for asset in manifest() if asset.modality == self.kind]
        assert verdict.variants == {f"{form}/{source}": "supported" for form in forms for source in ("inline", "url")}

    @pytest.mark.parametrize("share", [True, False])
    def test_a_model_that_does_not_perceive_it_is_found_out(self, share: bool) -> None:
        refuses = refusing(self.kind, f"{self.kind} input is not supported by this model")
        assert told(Model(refuses).verdicts(self.cell, share=share)[self.cell]) == "unsupported rejected"
        blind = Reply(text=f"I cannot see any {self.kind}.", finish="stop", usage=Usage(9, 9))
        assert told(Model(lambda _: blind).verdicts(self.cell, share=share)[self.cell]) == "unsupported ignored"


class Made(Refusable):
    """A kind of media as output."""

    came: ClassVar[Media]
    other: ClassVar[Media]
    broken: ClassVar[Media]

    def test_it_came_inline_or_as_an_address(self) -> None:
        assert shows(self.cell, exchange(self.ask(), Reply(media=(self.came,)))) == "seen"
        address = Media(self.came.modality, self.came.mime, url="https://example.com/x")
        assert shows(self.cell, exchange(self.ask(), Reply(media=(address,)))) == "seen"

    @pytest.mark.parametrize("what", ["ignored", "wrong", "malformed"])
    def test_it_did_not_come(self, what: str) -> None:
        media = {"ignored": (), "wrong": (self.other,), "malformed": (self.broken,)}[what]
        assert shows(self.cell, exchange(self.ask(), Reply(text="Here you are.", media=media))) == f"missed {what}"

    def test_what_a_recorder_put_in_its_place_shows_nothing(self) -> None:
        broken = Reply(text="Here you are.", media=(self.broken,))
        assert shows(self.cell, exchange(self.ask(), broken, grade="rewritten")) == "nothing unsure"

    def test_a_call_in_its_place_shows_nothing(self) -> None:
        assert shows(self.cell, exchange(self.ask(), Reply(calls=(ToolCall("f", {}),)))) == "nothing unsure"
