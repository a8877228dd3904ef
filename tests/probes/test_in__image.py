"""Pictures as input, and what all kinds of media have in common: questions with many at once."""

import pytest

from probes._media import BLIND
from probes.base import Verdict
from providers.chat import Ask, Media, Reply
from tests.support.claims import Perceived
from tests.support.judging import Answer, Model, exchange, refusal, refusing, shown, shows, told

KINDS = ("in.image", "in.audio", "in.video", "in.document")
PICTURE = Media("image", "image/png", b"\x89PNG", word="banana")
SOUND = Media("audio", "audio/wav", b"RIFF", word="orange")
BOTH = Ask.text("Which words?", PICTURE, SOUND, expects=frozenset({"in.media"}))


class TestPictures(Perceived):
    kind, form, mime = "image", "png", "image/png"


def test_a_blind_answer_to_many_media_is_blind_for_the_kind_that_it_names_and_tells_of_no_other() -> None:
    said = "I cannot hear the audio. The picture shows a banana."
    assert shows("in.audio", exchange(BOTH, said)) == "nothing unsure"
    assert shows("in.image", exchange(BOTH, said)) == "seen"
    assert shows("in.image", exchange(BOTH, "I am unable to access the attachments. Banana?")) == "nothing unsure"


def test_a_word_that_is_missing_among_many_shows_nothing() -> None:
    assert shows("in.image", exchange(BOTH, "orange")) == "nothing unsure"
    assert shows("in.audio", exchange(BOTH, "orange")) == "seen"


@pytest.mark.parametrize(
    ("message", "image", "audio"),
    [
        ("This model only supports text input.", "refused rejected", "refused rejected"),
        ("Audio input is not supported.", "", "refused rejected"),
        ("Unsupported MIME type: image/png", "refused rejected", ""),
        ("Unsupported content.", "", ""),
    ],
)
def test_a_refusal_of_many_media_is_of_those_that_it_names(message: str, image: str, audio: str) -> None:
    x = exchange(BOTH, refusal(message))
    assert (shows("in.image", x) or "nothing").replace("nothing unsure", "nothing") == (image or "nothing")
    assert (shows("in.audio", x) or "nothing").replace("nothing unsure", "nothing") == (audio or "nothing")


def test_a_medium_in_another_message_than_the_last_counts_as_well() -> None:
    assert [finding.variant for finding in shown("in.image", exchange(BOTH, "banana"))] == ["png/inline"]


@pytest.mark.parametrize("said", ["It shows a boat.", "There is a sign that nobody can miss.", "A black screen."])
def test_not_every_negation_is_blindness(said: str) -> None:
    assert not BLIND.search(said)


def asked_for(answer: Answer) -> tuple[Model, dict[str, Verdict]]:
    model = Model(answer)
    return model, model.verdicts(*KINDS)


def test_three_questions_settle_all_media_with_a_word_for_each() -> None:
    model, found = asked_for(lambda _: None)
    assert {told(verdict) for verdict in found.values()} == {"supported"}
    assert len(model.asked) == 3
    assert all(set(verdict.variants.values()) == {"supported"} for verdict in found.values())
    assert len(found["in.audio"].variants) == 10


def test_a_kind_that_is_refused_is_asked_for_once_and_the_others_stand() -> None:
    model, found = asked_for(
        refusing("audio", "Invalid content type. input_audio is only supported by certain models.")
    )
    assert told(found["in.audio"]) == "unsupported rejected"
    assert found["in.audio"].evidence
    assert {told(found[name]) for name in KINDS if name != "in.audio"} == {"supported"}
    assert len(model.asked) == 4


def test_text_only_in_so_many_words_settles_all_media_at_once() -> None:
    model, found = asked_for(lambda ask: refusal("This model only supports text input.") if ask.media() else None)
    assert {told(verdict) for verdict in found.values()} == {"unsupported rejected"}
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("message", "most"),
    [
        ("Invalid value: '{0}'. Supported values are: 'wav' and 'mp3'.", 4),  # all that are not listed are out at once
        ("Unsupported MIME type: {0}", 6),  # one by one
    ],
)
def test_formats_that_are_refused_leave_their_kind(message: str, most: int) -> None:
    def answer(ask: Ask) -> Reply | None:
        taken = ("audio/mpeg", "audio/wav")
        forms = [m.mime for m in ask.media() if m.modality == "audio" and not m.url and m.mime not in taken]
        return refusal(message.format(*forms)) if forms else None

    model, found = asked_for(answer)
    assert {told(verdict) for verdict in found.values()} == {"supported"}
    inline = {name: kind for name, kind in found["in.audio"].variants.items() if name.endswith("inline")}
    refused = dict.fromkeys(("aac/inline", "flac/inline", "ogg/inline"), "unsupported")
    assert inline == {"mp3/inline": "supported", "wav/inline": "supported"} | refused
    assert len(model.asked) <= most


def test_a_refused_format_settles_nothing_of_the_others_that_could_not_be_asked() -> None:
    def answer(ask: Ask) -> Reply | None:
        forms = {m.mime for m in ask.media()}
        if forms == {"image/gif"}:
            return refusal("Unsupported MIME type: image/gif")
        return refusal("overloaded", 503) if forms else None

    found = Model(answer).verdicts("in.image", share=False)["in.image"]
    assert "supported" not in found.variants.values()
    assert found.variants["png/inline"] == "unknown"
