"""Batches: questions that are answered within hours, at less cost.

Asks:         to say hello, in a batch of that one question.
Seen:         the batch ended, and as many results were fetched as it has questions; the one that was asked holds an
              answer.
Accepted:     it was submitted: an id and a state came.
Missed:       it ended as failed or expired though the question is well formed, or its results are of no known form
              (malformed), for other questions or without an answer (wrong).
Refused:      submitting is refused, or the error names batches.
"""

from msgspec import structs

from probes.base import Asks, hello, probe, quoted
from probes.findings import GONE, LISTING
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, refused, seen
from providers.chat import Error
from providers.errors import ADDRESS, MODEL, REQUEST, UNSUPPORTED

_NAMES = r"batch"


def _on_error(x: Exchange, error: Error) -> Finding | None:
    """An error about submitting is one about batches; one about how it goes on refuses nothing; the others are its
    answer.
    """
    job = x.reply.job
    if job is None or error.kind not in (REQUEST, ADDRESS, MODEL) or error.status >= 500:
        return None
    said = f"{error.status}: {error.message:.300}"
    complaint, *_ = LISTING.split(f"{error.message} {error.param} {error.code}", maxsplit=1)
    is_named = _NAMES in complaint.lower()
    if not job.id and GONE.search(error.message) and "file" in error.message.lower():
        return nothing("unsure", f"what was uploaded for it was gone when it was submitted: {said}")
    if not job.id:
        return refused(said) if is_named or error.kind == ADDRESS else None
    if job.state == "pending":
        return nothing("unsure", f"{job.id} was submitted, and could not be followed: {said}")
    return refused(said) if is_named and UNSUPPORTED.search(said) else None


@probe("Batch", requires={"batch"}, named_in_errors=_NAMES, on_error=_on_error, is_service=True)
def batch(x: Exchange, row: Row) -> Finding | None:
    del row
    job = x.reply.job
    if job is None or not (job.id and job.state):
        return nothing("unsure", "nothing was submitted")
    if job.state in ("malformed", "wrong"):
        return missed(job.state, f"{job.id} ended, and {job.said}")
    if job.results and job.state == "ended":
        if x.reply.empty:
            return missed("wrong", f"{job.id} ended with a result that holds no answer")
        if job.results >= job.requests:
            return seen(f"{job.id} ended with {job.results} of {job.requests or job.results} results: "
                        f"{quoted(x.reply.text) if x.reply.text.strip() else 'a call, or a medium'}")  # fmt: skip
        return nothing("unsure", f"{job.id} ended; {job.results} of {job.requests} results were fetched")
    if job.state in ("failed", "expired"):
        return missed("wrong", f"{job.id} is {job.state}, without any word why")
    return accepted(f"{job.id} is {job.state}; its results were not fetched")


@batch.asks
def asks(row: Row) -> Asks:
    named = "hello-stream" if row.stream else "hello"  # tells what two rows of a model make from each other
    if "text" in row.fields:
        question = hello(row, name="batch")
    else:
        question = row.ask("Draw a red circle on a white background.", name="batch", outputs=("image",))
    yield structs.replace(question, stream=False, batch=named)
