"""What is no answer is unknown, with its reason, and never a missing feature."""

from collections.abc import Mapping

import pytest
from msgspec import structs

from probes.base import Asks, Probe, Row, Settled, Verdict, probes, unknown
from providers.base import Asking, BadReply, Misfit, Request, Response
from providers.chat import Ask, Error, Reply
from providers.errors import classify
from scoreboard.judge.asking import AskedRow, Asker
from scoreboard.judge.engine import judge, run
from scoreboard.judge.rows import combined, judge_asked, sampled
from scoreboard.settings import Settings
from tests.support.judging import Canned, judged, told


@pytest.mark.parametrize(
    ("status", "message", "code", "reason"),
    [
        (401, "Incorrect API key provided", "invalid_api_key", "auth"),
        (403, "You do not have permission", "", "auth"),
        (402, "Payment required", "", "billing"),
        (400, "Your credit balance is too low to access the API", "", "billing"),
        (429, "You exceeded your current quota, please check your plan and billing details", "insufficient_quota", "billing"),
        (429, "Rate limit reached for requests", "rate_limit_exceeded", "rate"),
        (404, "The model `gpt-9` does not exist", "model_not_found", "model"),
        (500, "Internal server error", "", "server"),
        (502, "Bad gateway", "", "server"),
        (503, "The model is overloaded. Please try again later.", "", "server"),
        (529, "Overloaded", "overloaded_error", "server"),
        (504, "upstream timed out", "", "server"),
        (400, "'messages' is a required property: field required", "", "form"),
    ],
)
@pytest.mark.parametrize("cell", ["json", "seed", "logprobs", "tools.forced"])
def test_an_error_about_something_else_is_unknown(cell: str, status: int, message: str, code: str, reason: str) -> None:
    name = {"json": "json", "seed": "seed", "logprobs": "toplogprobs", "tools.forced": "tools-squareroot-1"}[cell]
    assert told(judged(cell, {name: Reply(status=status, error=classify(status, message, code=code))})) == f"unknown {reason}"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "response_format is not supported by this model"),
        (403, "JSON mode is not enabled for this model"),
        (404, "No endpoints found that support response_format"),
        (422, "response_format: Extra inputs are not permitted"),
        (500, "response_format json_object is not supported"),
    ],
)
def test_an_error_that_names_the_feature_is_a_rejection_whatever_its_status(status: int, message: str) -> None:
    assert told(judged("json", {"json": Reply(status=status, error=classify(status, message))})) == "unsupported rejected"


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (BadReply("the body is no JSON"), "unreadable"),
        (Misfit("not of this wire"), "unreadable"),
        (Settled(unknown("timeout", "no answer in time")), "timeout"),
        (RuntimeError("a bug of ours"), "own"),
    ],
)
def test_what_is_raised_is_unknown(raised: Exception, reason: str) -> None:
    assert told(judged("json", {"json": raised})) == f"unknown {reason}"


def test_a_bug_in_a_probe_is_our_own_failure() -> None:
    def broken(_: Row) -> Asks:
        yield Ask.text("x", name="text")
        raise ZeroDivisionError

    probe = structs.replace(probes()["json"], run=broken)
    verdict = run(judge(probe, Row(), Canned({"text": Reply(text="x")})))
    assert told(verdict) == "unknown own"
    assert "ZeroDivisionError" in verdict.note


def test_a_cut_stream_is_unknown() -> None:
    assert told(judged("json", {"json": Reply(text='{"is_fruit": true}', cut="the stream ends without [DONE]")})) == "unknown cut"


class _Wire:
    """A wire whose requests are the questions' names."""

    __name__ = "named"

    def fields(self, _: object) -> frozenset[str]:
        return Canned({}).fields

    def ask(self, ask: Ask, model: str, base_url: str, quirks: object) -> Asking:
        del model, base_url, quirks
        response = yield Request("POST", ask.name)
        return Reply(status=response.status, text=response.body.decode(), finish="stop", error=_error(response))


def _error(response: Response) -> Error | None:
    return classify(response.status, response.body.decode()) if response.status >= 400 else None


class _Script:
    """An exchange that answers each question with the next of its list, and the last one ever after."""

    def __init__(self, answers: Mapping[str, list[tuple[int, str]]]) -> None:
        self._answers = {name: list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        self.asked.append(request.url)
        found = self._answers.get(request.url, [(200, "Hello")])
        status, text = found.pop(0) if len(found) > 1 else found[0]
        return Response(status, {}, text.encode()), f"{asker.cell}#{len(self.asked)}"

    unsteady = False

    def replied(self, asker: Asker, reply: Reply | None) -> None:
        pass


def _row(answers: Mapping[str, list[tuple[int, str]]]) -> tuple[AskedRow, _Script]:
    from providers.base import Provider

    script = _Script(answers)
    return AskedRow(Provider(wire=_Wire(), base_url="", name="made-up"), "m", script), script  # type: ignore[arg-type]


ROW = Row(samples=Settings().samples)
GOOD, BAD = (200, '{"is_fruit": true}'), (200, "Yes.")


@pytest.mark.parametrize(
    ("answers", "expected", "asked"),
    [
        ([GOOD], "supported", 1),
        ([BAD], "unsupported malformed", 3),
        ([BAD, GOOD], "flaky", 2),
        ([BAD, BAD, GOOD], "flaky", 3),
        ([(400, "response_format is not supported")], "unsupported rejected", 1),
        ([(429, "rate limit")], "unknown rate", 1),
        ([BAD, (429, "rate limit")], "unsupported malformed", 2),
    ],
    ids=[
        "seen at once",
        "never seen",
        "seen the second time",
        "seen the third time",
        "a refusal does not depend on luck",
        "unknown",
        "then unknown",
    ],
)
def test_samples_are_taken_until_the_answer_is_settled(answers: list[tuple[int, str]], expected: str, asked: int) -> None:
    row, script = _row({"json": answers})
    assert told(run(sampled(probes()["json"], ROW, row))) == expected
    assert script.asked.count("json") == asked


@pytest.mark.parametrize(
    ("answers", "plain", "expected"),
    [
        ([(500, "boom")], [(200, "Hello")], "unsupported breaks"),
        ([(500, "boom")], [(500, "down")], "unknown server"),
        ([(500, "boom"), GOOD], [(200, "Hello")], "unknown server"),
        ([(500, "boom"), (500, "boom"), GOOD], [(200, "Hello")], "unknown server"),
        ([(500, "boom")], [(200, "Hello"), (200, "Hello"), (500, "down")], "unknown server"),
    ],
    ids=["always", "all is down", "once", "twice", "down afterwards"],
)
def test_a_server_breaks_only_if_it_fails_each_time_and_is_well_before_and_after(
    answers: list[tuple[int, str]], plain: list[tuple[int, str]], expected: str
) -> None:
    row, _ = _row({"json": answers, "text": plain})
    assert told(run(sampled(probes()["json"], ROW, row))) == expected


@pytest.mark.parametrize(
    ("status", "message", "reason"), [(401, "invalid api key", "auth"), (402, "no credit", "billing"), (404, "no such model", "model")]
)
def test_a_row_that_does_not_answer_is_unknown_as_a_whole(status: int, message: str, reason: str) -> None:
    row, script = _row({"text": [(status, message)]})
    verdicts = run(judge_asked(ROW, row, probes().values()))
    assert {told(verdict) for verdict in verdicts.values()} == {f"unknown {reason}"}
    assert script.asked == ["text"]


def test_equal_questions_are_put_once() -> None:
    row, script = _row({})
    run(judge_asked(ROW, row, probes().values()))
    assert script.asked.count("text") == 1


def test_flaky_counts_the_samples() -> None:
    probe: Probe = probes()["json"]
    assert probe
    seen = [Verdict("unsupported", "wrong", "no", ("a",)), Verdict("supported", "", "yes", ("b",))]
    verdict = combined(seen)
    assert (verdict.samples, verdict.evidence) == ((1, 2), ("a", "b"))
