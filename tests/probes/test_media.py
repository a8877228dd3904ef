"""The probes of pictures, sounds, videos and documents, and those that watch a row's replies."""

import pytest

from providers.chat import Ask, Limit, Media, Reply, ToolCall, Usage
from providers.errors import classify
from scoreboard.evidence.media import manifest
from tests.support.judging import judged, told

WORDS = {asset.format: asset.word for asset in manifest()}
FORMATS = {"image": "png", "audio": "wav", "video": "mp4", "document": "pdf"}
REFUSED = Reply(status=400, error=classify(400, "image, audio, video and document input is not supported by this model"))
RATE = Reply(status=429, error=classify(429, "slow down"))


@pytest.mark.parametrize(("kind", "form"), FORMATS.items())
class TestInput:
    def name(self, kind: str, form: str, source: str = "inline") -> str:
        return f"multimodal-{kind}-{form}-{source}"

    def test_the_word_is_understood(self, kind: str, form: str) -> None:
        verdict = judged(
            f"in.{kind}", {self.name(kind, form): Reply(text=f"It is {WORDS[form].upper()}."), self.name(kind, form, "url"): REFUSED}
        )
        assert told(verdict) == "supported"
        assert verdict.variants == {f"{form}/inline": "supported", f"{form}/url": "unsupported"}

    @pytest.mark.parametrize(
        ("reply", "expected"),
        [
            (Reply(text="teapot", finish="stop"), "unsupported wrong"),
            (Reply(text="", finish="stop"), "unsupported wrong"),
            (Reply(text="", finish="length"), "unknown unsure"),
            (REFUSED, "unsupported rejected"),
            (RATE, "unknown rate"),
        ],
        ids=["another word", "nothing", "no room for an answer", "refused", "rate"],
    )
    def test_it_is_not(self, kind: str, form: str, reply: Reply, expected: str) -> None:
        assert told(judged(f"in.{kind}", {self.name(kind, form): reply})) == expected

    def test_a_blind_model_may_guess_right(self, kind: str, form: str) -> None:
        lucky = Reply(text=f"I cannot see any {kind} here. Perhaps {WORDS[form]}?")
        assert told(judged(f"in.{kind}", {self.name(kind, form): lucky})) == "unsupported ignored"

    def test_a_wire_without_it(self, kind: str, form: str) -> None:
        assert form
        assert told(judged(f"in.{kind}", lacks=(kind, f"{kind}/url"))) == "unsupported not_expressible"

    def test_never_asked(self, kind: str, form: str) -> None:
        assert form
        assert told(judged(f"in.{kind}")) == "unknown unrecorded"


PICTURE, SOUND = Media("image", "image/png", b"\x89PNG"), Media("audio", "audio/wav", b"RIFF")
VIDEO = Media("video", "video/mp4", b"x")


@pytest.mark.parametrize(("kind", "made", "other"), [("image", PICTURE, SOUND), ("audio", SOUND, VIDEO), ("video", VIDEO, PICTURE)])
@pytest.mark.parametrize("what", ["made", "address", "text", "other", "refused", "lacks"])
def test_media_as_output(kind: str, made: Media, other: Media, what: str) -> None:
    replies = {
        "made": Reply(media=(made,)),
        "address": Reply(media=(Media(made.modality, made.mime, url="https://example.com/x"),)),
        "text": Reply(text="Here you are."),
        "other": Reply(media=(other,)),
        "refused": Reply(status=400, error=classify(400, f"{kind} output is not supported: modalities")),
    }
    expected = {
        "made": "supported", "address": "supported", "text": "unsupported ignored", "other": "unsupported wrong", "refused": "unsupported rejected",
        "lacks": "unsupported not_expressible",
    }  # fmt: skip
    found = judged(f"out.{kind}", {f"doc-{kind}": replies.get(what, Reply())}, lacks=(f"output/{kind}",) if what == "lacks" else ())
    assert told(found) == expected[what]


GOOD = Reply(text="Hello", finish="stop", finish_raw="stop", usage=Usage(9, 2))
CALL = (ToolCall("f", {}, "1"),)
CAPPED = Ask.text("x", max_tokens=16)


@pytest.mark.parametrize(
    ("cell", "replies", "expected"),
    [
        ("usage", [GOOD, GOOD], "supported"),
        ("usage", [GOOD, Reply(text="Hello")], "flaky"),
        ("usage", [Reply(text="Hello")], "unsupported ignored"),
        ("usage", [Reply(text="Hello", usage=Usage(0, 0))], "unsupported wrong"),
        ("usage", [Reply(text="Hello", usage=Usage(-1, 4))], "unsupported malformed"),
        ("usage", [GOOD, RATE], "supported"),
        ("finish", [GOOD], "supported"),
        ("finish", [GOOD, Reply(text="Hello")], "flaky"),
        ("finish", [Reply(text="Hello")], "unsupported ignored"),
        ("finish", [Reply(calls=CALL, finish="stop", finish_raw="stop")], "unsupported wrong"),
        ("finish", [Reply(calls=CALL, finish="tool_calls")], "supported"),
        ("finish", [Reply(text="Spa", finish="stop", finish_raw="stop", usage=Usage(9, 16), asked=CAPPED)], "unsupported wrong"),
        ("finish", [Reply(text="Hello", finish="length", finish_raw="length")], "unsupported wrong"),
        ("finish", [Reply(text="Hello", finish="other", finish_raw="whim")], "unsupported malformed"),
        ("limits", [GOOD, Reply(limits=(Limit("requests", 100, 99),))], "supported"),
        ("limits", [GOOD], "unsupported ignored"),
        ("in.text", [GOOD], "supported"),
        ("in.text", [Reply(media=(PICTURE,))], "supported"),
        ("in.text", [Reply(text="")], "unsupported ignored"),
    ],
)
def test_what_is_watched(cell: str, replies: list[Reply], expected: str) -> None:
    assert told(judged(cell, {str(number): reply for number, reply in enumerate(replies)})) == expected


@pytest.mark.parametrize("cell", ["usage", "finish", "limits", "in.text"])
def test_where_all_failed_nothing_is_known(cell: str) -> None:
    assert told(judged(cell, {"text": RATE})) == "unknown rate"
    assert judged(cell).verdict == "unknown"
