"""What the probes of media share: asking format by format, inline and by URL, and reading the word from the answer."""

from __future__ import annotations

import re

from msgspec import structs

from probes._senses import FORMATS, Senses, names_format, perceived, refused_inline
from probes.base import Asks, Row, Settled, Verdict, attempt, missing, quoted, supported, unknown, unsupported
from providers.chat import Ask, Modality, Reply

# A model that says it got nothing is blind, however lucky its guess.
_THING = r"(image|picture|photo|audio|sound|video|file|document|attachment|pdf|clip)"
_UNABLE = (
    r"(can'?t|cannot|can not|unable to|not able to|don'?t have the (ability|capability)"
    r"|do not have the (ability|capability)|couldn'?t) (directly |actually |currently |physically |really )*"
)
_PERCEIVE = r"(see|view|hear|listen|watch|access|process|play|open|analy[sz]e|read|identify|perceive|look|interpret|determine)"
_GIVEN = (
    r"( file| clip)? (was |is |has been |were |seems? to (be|have been) )?"
    r"(attached|provided|included|shared|uploaded|visible|given)"
)
BLIND = re.compile(
    rf"{_UNABLE}{_PERCEIVE}|(no|any|an?) {_THING}{_GIVEN}"
    rf"|(don'?t|do not|didn'?t|did not) (see|have|receive|hear) (an?|any|the) [\w ]{{0,20}}{_THING}"
    r"|please (provide|share|upload|attach|describe)|text-based|as a language model"
    r"|need (to see|more information|the (image|audio|video))",
    re.IGNORECASE,
)


def asks_each(row: Row, modality: Modality, question: str) -> Asks:
    """Asks once per format, inline and by URL, of what one question for all did not settle. Supported when any was understood.

    Where questions have their price, what one refusal has told of a whole kind of media is inferred for its other formats.
    """
    senses = (yield from perceived(row)) if modality in row.fields else Senses()
    found: dict[str, Verdict] = {}
    inferred: list[str] = []
    shut = {"inline": senses.shut[modality]} if modality in senses.shut else {}
    lacking: dict[str, Verdict] = {}  # by source, where the wire has no field for this kind of media
    for source in ("inline", "url"):
        for form in FORMATS[modality]:
            variant = f"{form}/{source}"
            media = row.media.get(form if source == "inline" else f"{form}/url")
            if media is None:
                found[variant] = unknown("not_asked", "no such file at hand; for URLs, set assets_url in scoreboard.toml")
                continue
            if variant in senses.known:
                found[variant] = senses.known[variant]
                continue
            if source in lacking:
                found[variant] = lacking[source]
                continue
            by_url = row.frugal and source == "url" and f"{modality}/url" in row.fields
            if refusal := (refused_inline(form, found) if by_url else None) or shut.get(source):
                found[variant] = refusal
                inferred.append(variant)
                continue
            ask = Ask.text(question, media, name=f"multimodal-{modality}-{form}-{source}", stream=row.stream, thinking=row.thinking)
            reply = yield from attempt(ask)
            found[variant] = reply.verdict if isinstance(reply, Settled) else understood(reply)
            if found[variant].reason == "not_expressible" and not found[variant].evidence:
                lacking[source] = found[variant]
            if row.frugal and isinstance(reply, Settled) and reply.verdict.reason == "rejected" and not names_format(reply, form):
                shut[source] = reply.verdict
        if source == "inline" and row.frugal and (all_refused := _refused_all(found)):
            shut["url"] = all_refused
    verdict = combined(found)
    if verdict.verdict == "unsupported" and (gone := next((v for v in found.values() if missing(row, v)), None)):
        return structs.replace(gone, variants=verdict.variants)
    if row.frugal and verdict.reason == "rejected" and (open_ := _left_open(found, shut)):
        return structs.replace(open_, variants=verdict.variants, note=f"{verdict.note}; of the others: {open_.note}")
    if not inferred:
        return verdict
    return structs.replace(verdict, note=f"{verdict.note} (inferred, not asked: {', '.join(inferred)})", inferred=tuple(inferred))


def _left_open(found: dict[str, Verdict], shut: dict[str, Verdict]) -> Verdict | None:
    """What became of another format, where only formats were refused and not their kind: then nothing can be concluded."""
    if shut:
        return None
    unasked = [v for v in found.values() if v.verdict == "unknown" and v.reason != "not_asked"]
    return unasked[0] if unasked else None


def _refused_all(found: dict[str, Verdict]) -> Verdict | None:
    """The refusal, where none of the formats was taken."""
    refused = [verdict for verdict in found.values() if verdict.reason == "rejected"]
    return refused[0] if refused and len(refused) == len(found) else None


def understood(reply: Reply) -> Verdict:
    """Whether the answer has the word of each medium that was sent."""
    words = [media.word for media in reply.question.media() if media.word]
    said = reply.text
    missing = [word for word in words if not re.search(rf"{re.escape(word)}", said, re.IGNORECASE)]
    if BLIND.search(said):
        return unsupported("ignored", reply, f"it says that it did not get it: {quoted(said)}")
    if not said.strip():
        if reply.finish == "length":
            return unknown("unsure", "the cap on tokens left no room for an answer", reply)
        return unsupported("wrong", reply, "accepted, but the answer is empty")
    if missing:
        return unsupported("wrong", reply, f"the answer {quoted(said)} lacks {', '.join(missing)}")
    return supported(reply, f"understood: {quoted(said)}")


def combined(found: dict[str, Verdict]) -> Verdict:
    """One verdict of many variants: supported when any is; unknown only when none could be judged."""
    known = {name: v for name, v in found.items() if not (v.verdict == "unknown" and v.reason in ("unrecorded", "not_asked"))}
    variants: dict[str, str] = {name: v.verdict for name, v in sorted(known.items())}
    for kind in ("supported", "flaky", "unsupported", "unknown"):
        these = {name: v for name, v in known.items() if v.verdict == kind}
        if these:
            break
    else:
        return next(iter(found.values()))
    # Of several refusals the one with evidence tells more than "no field for it".
    best = max(these.values(), key=lambda v: (bool(v.evidence), v.reason in ("ignored", "wrong"), v.reason == "rejected"))
    evidence = tuple(dict.fromkeys(e for v in these.values() for e in v.evidence))
    note = f"{', '.join(sorted(these))}: {best.note}" if len(found) > 1 else best.note
    n = sum(bool(v.evidence) for v in known.values())
    return Verdict(best.verdict, best.reason, note, evidence, (len(these) if kind == "supported" else 0, n), variants)
