"""Files: what is uploaded once, and named by its id in questions.

Asks:         what word a one-page PDF holds that was uploaded before.
Seen:         an id came for it, and the answer has the word that is known to be in it.
Accepted:     an id came; what is in it is not known here, or no question about it could be put, or was answered.
Missed:       the answer says that there is none (ignored), or lacks the word (wrong); no id came (malformed).
Refused:      uploading is refused, or the error names files.
"""

import re

from msgspec import structs

from probes._media import BLIND
from probes.base import Asks, probe, quoted
from probes.findings import GONE, LISTING
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, refused, seen
from providers.chat import Error
from providers.errors import ADDRESS, REQUEST

_NAMES = re.compile(r"\bfiles?\b|upload", re.IGNORECASE)
_NONE = re.compile(r"(do(es)? not|don't|cannot|can't|no) [\w ]{0,30}\b(file|attachment)\b", re.IGNORECASE)


def _on_error(x: Exchange, error: Error) -> Finding | None:
    """An error about the upload is one about files; that what went up is not there any more says nothing, and one
    about a question that names no file leaves the upload as it is.
    """
    job = x.reply.job
    if job is None or error.kind not in (REQUEST, ADDRESS) or error.status >= 500:
        return None
    said = f"{error.status}: {error.message:.300}"
    if job.id and GONE.search(error.message):
        return nothing("unsure", f"uploaded as {job.id}, and gone when it was asked about: {said}")
    complaint, *_ = LISTING.split(f"{error.message} {error.param}", maxsplit=1)
    if _NAMES.search(complaint) or (not job.id and error.kind == ADDRESS):
        return refused(said)
    return accepted(f"uploaded as {job.id}; the question about it: {said}") if job.id else None


@probe("File", requires={"file"}, named_in_errors=_NAMES.pattern, on_error=_on_error, is_service=True)
def file(x: Exchange, row: Row) -> Finding | None:
    del row
    job, text = x.reply.job, x.reply.text
    if job is None or not job.id:
        return missed("malformed", "the upload was answered without an id")
    if not text.strip():
        return accepted(f"uploaded as {job.id}")
    word = next((media.word for media in x.ask.media() if media.upload and media.word), "")
    if BLIND.search(text) or _NONE.search(text):
        return missed("ignored", f"uploaded as {job.id}, and the answer says that there is none: {quoted(text)}")
    if not word:
        return accepted(f"uploaded as {job.id}; what is in it is not known here: {quoted(text)}")
    if re.search("|".join(map(re.escape, word.split("|"))), text, re.IGNORECASE):
        return seen(f"uploaded as {job.id}, and answered from it: {quoted(text)}")
    return missed("wrong", f"uploaded as {job.id}, and the answer lacks {word!r}: {quoted(text)}")


@file.asks
def asks(row: Row) -> Asks:
    if pdf := row.media.get("pdf"):
        question = "What is the word? Reply with only the word."
        outputs = ("text",) if "text" in row.fields else ("image",)
        yield row.ask(question, structs.replace(pdf, upload=True), name="file", outputs=outputs)
