"""What each exchange of a row shows of one capability: the probe's own half, behind what is the same for all of them.

An error, a lost answer, a filter or a cut never reaches a probe; what it shows is decided here, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import structs

from probes.base import Probe
from probes.row import Exchange, Finding, Row, missed, nothing, refused
from providers.chat import Error
from providers.errors import GENERATION, GENERIC, PLAINLY, REQUEST, SERVER, UNSUPPORTED, failure_kind, named_field

# A warning beside an answer that names a field, and says this of it, tells that it had no effect.
_UNHEEDED = re.compile(rf"{UNSUPPORTED.pattern}|\bonly\b|ignor", re.IGNORECASE)
# What a question names, and the server has not, or has not any more.
GONE = re.compile(
    r"\bno such\b|\bnot found\b|\b(?:does|may) not exist\b|\bcould not be fetched\b|\bexpired\b|\bbeen deleted\b",
    re.IGNORECASE,
)
# What follows these words is what would have been taken, not what was refused.
LISTING = re.compile(
    r"\bsupported (?:\w+ ){0,3}(?:are|is)\b|\bsupported [a-z]+ ?:|\bonly (?:support|accept|allow)s? (?:the )?[`'\"]"
    r"|(?:must|expected to) be (?:one of|either)|input should be"
    r"|expected one of|\bexpected [`'\"]|(?<!not )\ballowed\b",
    re.IGNORECASE,
)

# A bound on how much of a thing one request may carry refuses the thing as little as a name that it has today.
_NO_REFUSAL = re.compile(
    r"\bat most \d+|too many (images|audios?|videos?|files|documents|tools|stop)|(no|not) more than \d+"
    r"|\b(maximum|limit) (number )?of \d+|exceeds? the (maximum|limit)|maximum context length"
    r"|\buse ['\"`]?\w+['\"`]? instead|\binstead use\b|\bat the same time\b|mutually exclusive"
    r"|\blimit (?:was )?reached|\b(?:below|above) (?:the )?(?:minimum|maximum)",
    re.IGNORECASE,
)


def findings(probe: Probe, row: Row) -> list[Finding]:
    """What all exchanges of a row show of a capability, in their order."""
    return [finding for x in row.exchanges for finding in findings_of(probe, x, row)]


def findings_of(probe: Probe, x: Exchange, row: Row) -> list[Finding]:
    """What one exchange shows; empty where it does not concern the probe."""
    if not (x.alone or probe.requires <= x.features) or (probe.concerns and not probe.concerns(x)):
        return []
    if x.ask.batch and "batch" not in probe.requires and not x.alone:  # tells of the service alone
        return []
    # An upload and a batch have no modes; else it was asked to see whether the other mode answers.
    has_no_mode = x.alone or bool(x.ask.batch) or (x.reply.job is not None and x.reply.empty)
    if row.stream and not x.ask.stream and not has_no_mode:
        return []
    try:
        made = _made(probe, x, row)
    except Exception as error:
        made = [nothing("own", f"our own failure: {type(error).__name__}: {error}")]
    if x.alone:
        made = [finding for finding in made if finding.kind == "seen"]
    return [structs.replace(finding, exchanges=(x, *finding.exchanges)) for finding in made]


def _made(probe: Probe, x: Exchange, row: Row) -> list[Finding]:
    reply = x.reply
    if x.lost:
        return _each(probe, x, nothing(x.lost, x.note))
    if probe.reads == "any":
        return _listed(probe.shows(x, row))
    if reply.error:
        return _of_error(probe, x, row, reply.error)
    if reply.cut:
        return _each(probe, x, nothing(SERVER if x.came_to_nothing else "cut", reply.cut))
    if reply.finish == "content_filter" or (reply.refusal and reply.empty):
        return _each(
            probe, x, nothing("filtered", f"taken away, or declined: {reply.finish_raw or reply.refusal[:80]}")
        )
    for warning in reply.warnings:
        if _UNHEEDED.search(warning) and any(re.search(rf"\b{re.escape(name)}\b", warning) for name in probe.requires):
            return [missed("ignored", f"answered with a warning: {warning:.300}")]
    if reply.job and reply.empty and not reply.finish and not probe.is_service:
        return _each(probe, x, nothing("unsure", "no answer came of what was submitted, or went up"))
    made = _listed(probe.shows(x, row))
    if probe.reads == "whole" and _is_capped(x):
        capped = nothing("capped", "the cap on tokens left too little of the answer")
        return [f if f.kind == "seen" else structs.replace(capped, variant=f.variant) for f in made]
    return made


def _is_capped(x: Exchange) -> bool:
    """Whether the cap on tokens took something away, by the finish reason or, where that says another thing, by the
    count.
    """
    count, cap = x.reply.usage, x.ask.max_tokens
    return x.reply.finish == "length" or (count is not None and cap is not None and count.output >= cap > 0)


def _listed(made: Finding | list[Finding] | None) -> list[Finding]:
    return [] if made is None else [made] if isinstance(made, Finding) else made


def _each(probe: Probe, x: Exchange, finding: Finding) -> list[Finding]:
    """The same of each form that the question carries."""
    if probe.variants is None:
        return [finding]
    return [structs.replace(finding, variant=variant) for variant in probe.variants(x)]


def _of_error(probe: Probe, x: Exchange, row: Row, error: Error) -> list[Finding]:
    said = f"{error.status}: {error.message:.300}"
    if probe.on_error and (finding := probe.on_error(x, error)):
        return [finding]
    if error.kind == GENERATION and probe.named_in_errors.search(f"{error.message} {error.code}"):
        return _each(probe, x, missed("malformed", said))
    if refuses(probe, x, row, error):
        about = _each(probe, x, refused(said))
        if about:
            narrow = probe.is_narrow
            return [structs.replace(f, is_narrow=narrow(error, f.variant)) for f in about] if narrow else about
    kind = failure_kind(error)
    whole = structs.replace(x, reply=structs.replace(x.reply, error=None))  # nothing is known of any of its forms
    return _each(probe, whole, nothing("unsure" if kind in (REQUEST, GENERATION) else kind, said))


def refuses(probe: Probe, x: Exchange, row: Row, error: Error) -> bool:
    """Whether an error says that this very capability is not supported.

    An error that names the field which it is about says nothing of a capability that has another. Where the capability
    is not all that the question carries, the error must name it and say that it is not supported; where it is, and the
    row is answered without it, any refusal of the request will do.
    """
    if error.kind != REQUEST or not probe.requires:
        return False
    said = f"{error.message} {error.code} {error.param} {error.type}"
    if _NO_REFUSAL.search(said):
        return False
    # The kind of an error is named after the service, not after what is refused: "image_generation_user_error".
    named = bool(probe.named_in_errors.search(f"{error.message} {error.code} {error.param}"))
    if not named and named_field(error):
        return False
    if error.status >= 500:  # a server that fails may leak any complaint of its parts
        return named and bool(PLAINLY.search(said))
    if x.features - probe.requires - {"text"}:
        complaint, *_ = LISTING.split(error.message, maxsplit=1)
        return bool(probe.named_in_errors.search(f"{complaint} {error.param}") and UNSUPPORTED.search(said))
    unnamed = UNSUPPORTED.search(said) or GENERIC.search(said) or _is_foreign(error)
    return named or bool(unnamed and row.answers_without(probe.requires))


def _is_foreign(error: Error) -> bool:
    """Whether the words of an error are of a language that no word is known of here; then its structure tells: what is
    all that the request has more than one that is answered is refused.
    """
    letters = [char for char in error.message if char.isalpha()]
    return error.status in (400, 422) and 2 * sum(not char.isascii() for char in letters) > len(letters)


def named_in(error: Error | None, things: Iterable[tuple[str, str]]) -> set[str]:
    """Which of the things, each with the pattern of its names, a refusal names; empty where it is none or leaves that
    open.
    """
    if error is None or error.kind != REQUEST:
        return set()
    complaint, *_ = LISTING.split(f"{error.message} {error.param}", maxsplit=1)
    said = f"{error.message} {error.code} {error.param} {error.type}"
    if _NO_REFUSAL.search(said):
        return set()
    plain = PLAINLY.search(said) if error.status >= 500 else True
    return {thing for thing, names in things if plain and re.search(names, complaint, re.IGNORECASE)}
