"""Citations."""

from typing import Any, ClassVar

import pytest
from msgspec import structs

from probes.row import EVERY
from providers.chat import Ask, Citation, Document, Reply, Source
from tests.support.claims import Refusable
from tests.support.judging import Model, exchange, refusal, shows, told

TEXT = "The coin used in Drovantia is called the ostrumel."
ASK = Ask.text("What is the coin?", Document(TEXT, "Drovantia"))


class TestCite(Refusable):
    cell, feature, words = "cite", "documents", "document input"
    options: ClassVar[dict[str, Any]] = {}

    def ask(self) -> Ask:
        return ASK


def test_a_stranger_may_have_left_nothing_to_cite() -> None:
    assert shows("cite", exchange(ASK, "Ostrumel.")) == "accepted"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(text="X", citations=(Citation(0, "the   OSTRUMEL."),)), "seen"),
        (Reply(text="X", citations=(Citation(0, "", 9, 14),)), "seen"),
        (Reply(text="X", sources=(Source("https://example.com", "t"),)), "missed ignored"),
        (Reply(text="Ostrumel."), "missed ignored"),
        (Reply(text="X", citations=(Citation(0, "", 9, 4),)), "missed malformed"),
        (Reply(text="X", citations=(Citation(0, "words that stand nowhere", 0, 9),)), "missed wrong"),
        (Reply(text="An ostrumel", citations=(Citation(0, "An ostrumel", 0, 9),)), "seen"),
    ],
    ids=[
        "a quote, however spaced",
        "a place",
        "a web page does not count",
        "none",
        "neither quote nor place",
        "stands nowhere",
        "of the answer",
    ],
)
def test_they_point_into_the_document(reply: Reply, expected: str) -> None:
    assert shows("cite", exchange(structs.replace(ASK, expects=EVERY), reply)) == expected


def test_another_format_of_the_document_is_tried_where_the_first_is_refused() -> None:
    model = Model(lambda ask: refusal("Unsupported MIME type: text/plain") if ask.name == "citations" else None)
    assert told(model.verdicts("cite")["cite"]) == "supported"
    assert model.asked == ["citations", "citations-markdown"]
    other = Model()
    assert told(other.verdicts("cite")["cite"]) == "supported"
    assert other.asked == ["citations"]
