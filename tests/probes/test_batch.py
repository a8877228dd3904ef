"""Questions that are answered in batches."""

from typing import Any, ClassVar

import pytest
from msgspec import structs

from probes.base import probes
from providers.chat import Ask, Job, Reply
from tests.support.claims import Refusable
from tests.support.judging import HELLO, Model, asked, exchange, refusal, refusing, shows, told

OURS = Ask.text("Say hello.", batch="hello")


def job(state: str = "ended", *, id: str = "b-1", results: int = 1, requests: int = 1, said: str = "") -> Job:
    return Job("batch", id, state, results, requests, said=said)


class TestBatch(Refusable):
    cell, feature, words, lacking = "batch", "batch", "batch", "unknown not_asked"
    options: ClassVar[dict[str, Any]] = {"batch": "hello"}

    def test_what_is_asked_shows_it_where_the_model_does_all_that_it_is_asked_and_stops_at_a_refusal(self) -> None:
        assert told(Model(lambda _: structs.replace(HELLO, job=job())).verdicts("batch")["batch"]) == "supported"
        model = Model(refusing("batch", "batch is not supported by this model"))
        assert told(model.verdicts("batch")["batch"]) == "unsupported rejected"
        assert model.asked == ["batch"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (structs.replace(HELLO, job=job()), "seen"),
        (structs.replace(HELLO, job=job(results=2)), "seen"),
        (structs.replace(HELLO, job=job(requests=2)), "nothing unsure"),
        (Reply(job=job()), "missed wrong"),
        (Reply(job=job("pending", results=0)), "accepted"),
        (Reply(job=job("ended", results=0)), "accepted"),
        (Reply(job=job("cancelled", results=0)), "accepted"),
        (Reply(job=job("failed", results=0)), "missed wrong"),
        (Reply(job=job("expired", results=0)), "missed wrong"),
        (Reply(job=job("malformed", said="its lines are no JSON")), "missed malformed"),
        (Reply(job=job("wrong", said="its results are of others")), "missed wrong"),
        (Reply(job=job("pending", id="")), "nothing unsure"),
        (Reply(job=job("")), "nothing unsure"),
        (HELLO, "nothing unsure"),
    ],
    ids=[
        "ended", "more results than it counts", "some results were not fetched", "no answer in it", "pending",
        "its results were not fetched", "cancelled", "failed", "expired", "no known form", "of others", "no id",
        "no state", "no service",
    ],
)  # fmt: skip
def test_a_batch_ends_with_its_results(reply: Reply, expected: str) -> None:
    assert shows("batch", exchange(OURS, reply)) == expected


@pytest.mark.parametrize(
    ("message", "status", "made", "expected"),
    [
        ("Batches are not for you", 403, job("", id=""), "nothing auth"),
        ("Not found", 404, job("", id=""), "refused rejected"),
        ("The batch API is not supported", 400, job("", id=""), "refused rejected"),
        ("What is it?", 400, job("pending"), "nothing unsure"),
        ("This model is not supported in batch jobs", 400, job("failed"), "refused rejected"),
        ("The batch broke", 500, job("failed"), "nothing server"),
        ("No such File object: file-1", 404, job("", id=""), "nothing unsure"),
    ],
    ids=[
        "not ours",
        "nothing is there",
        "named",
        "lost sight of",
        "named when it ended",
        "the server fails",
        "what went up is gone",
    ],
)
def test_an_error_is_of_submitting_of_following_or_of_the_answer(
    message: str, status: int, made: Job, expected: str
) -> None:
    assert shows("batch", exchange(OURS, structs.replace(refusal(message, status), job=made))) == expected


@pytest.mark.parametrize("stream", [False, True])
def test_one_plain_question_is_asked_in_a_batch_of_its_own_for_each_mode(stream: bool) -> None:
    model = Model(lambda _: structs.replace(HELLO, job=job()))
    assert told(asked(model.row(stream=stream), [probes()["batch"]])["batch"]) == "supported"
    (ask,) = model.asks
    assert (ask.name, ask.batch, ask.stream) == ("batch", "hello-stream" if stream else "hello", False)
