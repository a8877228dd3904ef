"""Files that are uploaded once."""

from typing import Any

import pytest
from msgspec import structs

from providers.chat import Ask, Job, Media, Reply
from tests.support.judging import HELLO, RATE, Model, exchange, refusal, shows, told

PDF = Media("document", "application/pdf", b"%PDF", word="lemon|citron", upload=True)
OURS = Ask.text("What is the word?", PDF)
THERE, NOWHERE = Job("file", "f-1", "uploaded"), Job("file")


def said(text: str, job: Job | None = THERE, **more: Any) -> Reply:
    return Reply(text=text, finish="stop", job=job, **more)


@pytest.mark.parametrize(
    ("ask", "reply", "expected"),
    [
        (OURS, said("Lemon."), "seen"),
        (OURS, said("It says citron"), "seen"),
        (OURS, said("orange"), "missed wrong"),
        (OURS, said("I do not see any file here. Lemon?"), "missed ignored"),
        (OURS, said(""), "accepted"),
        (Ask.text("Hi", structs.replace(PDF, word="")), said("A fine thing."), "accepted"),
        (OURS, said("Lemon.", NOWHERE), "missed malformed"),
        (OURS, said("Lemon.", None), "missed malformed"),
        (OURS, structs.replace(said("Lem"), finish="length"), "nothing capped"),
        (OURS, RATE, "nothing rate"),
        (Ask.text("Hi", structs.replace(PDF, upload=False)), HELLO, ""),
    ],
    ids=[
        "its word", "the word by another name", "another word", "blind", "uploaded alone", "not known here", "no id",
        "no service", "cut", "an error", "sent inline",
    ],
)  # fmt: skip
def test_an_answer_has_what_is_in_the_file(ask: Ask, reply: Reply, expected: str) -> None:
    assert shows("file", exchange(ask, reply)) == expected


@pytest.mark.parametrize(
    ("message", "status", "job", "expected"),
    [
        ("Not found", 404, NOWHERE, "refused rejected"),
        ("Files are not supported", 400, NOWHERE, "refused rejected"),
        ("Slow down", 429, NOWHERE, "nothing rate"),
        ("The upload broke", 500, NOWHERE, "nothing server"),
        ("What is it?", 400, THERE, "accepted"),
        ("Files are not supported by this model", 400, THERE, "refused rejected"),
        ("No such File object: file-1", 404, THERE, "nothing unsure"),
    ],
    ids=["nothing is there", "named", "rate", "the server fails", "of the question", "of files in questions", "gone"],
)
def test_an_error_is_of_the_upload_or_of_the_question(message: str, status: int, job: Job, expected: str) -> None:
    assert shows("file", exchange(OURS, structs.replace(refusal(message, status), job=job))) == expected


def test_one_question_is_asked_about_a_file_that_goes_up_first() -> None:
    model = Model(lambda ask: said(ask.media()[0].word))
    assert told(model.verdicts("file")["file"]) == "supported"
    (ask,) = model.asks
    assert (ask.name, [media.upload for media in ask.media()]) == ("file", [True])
    assert "file" in ask.features


def test_a_wire_without_files_is_asked_for_none() -> None:
    model = Model(lacks=("file",))
    assert told(model.verdicts("file")["file"]) == "unknown not_asked"
    assert not model.asks
