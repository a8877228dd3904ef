"""Claims in words: lines for a terminal, the count of a catalogue, and the text of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scoreboard.claims.measured import Shown, control
from scoreboard.claims.patches import Patch
from scoreboard.claims.rules import Claim, counts
from scoreboard.claims.snapshots import Snapshot
from scoreboard.pages.curl import quote
from scoreboard.pages.markup import brief, escape
from scoreboard.results.claimed import Claimed
from scoreboard.text import one_line
from scoreboard.traffic.collections import on_the_web

_LINKS = 2  # addresses of evidence that are shown of a claim
_SIZE = 200_000  # bytes of a table; the web shows a page of up to 500 kB
_SAID = {True: "true", False: "false", None: "nothing"}


def lines(claim: Claim) -> Iterator[str]:
    """A claim for a terminal: the flag, what was seen, its control, where, and how to ask again."""
    entry, measured = claim.entry, claim.measured
    head = f"{claim.kind}: {entry.key} of {entry.owner}" if entry.owner else f"{claim.kind}: {entry.key}"
    yield one_line(f"{head}: {claim.flag.name} says {_SAID[claim.said]}, seen {_SAID[measured.says]}")
    for shown in measured.cells:
        yield "  " + one_line(f"{_where(shown)}: {_found(shown)}")
        if measured.says is False and (plain := control(shown.row)):
            yield "    " + one_line(f"while there {plain.note or 'the plain question is answered'}")
    for where in measured.evidence[:_LINKS]:
        yield "  " + one_line(on_the_web(where))
    for provider, name in sorted({(shown.provider, shown.name) for shown in measured.cells}):
        yield f"  with curl: scoreboard explain {quote(f'{provider}/{claim.model}')} {name}"
    if claim.again:
        yield "  " + one_line(f"ask again first: {claim.again}")
    if claim.flag.mind:
        yield "  " + one_line(f"mind: {claim.flag.mind}")


def _where(shown: Shown) -> str:
    return f"{shown.provider}/{shown.row.model} ({shown.row.mode.name}) {shown.name}"


def _found(shown: Shown) -> str:
    cell = shown.cell
    why = f" ({cell.why})" if cell.why else ""
    count = f", {cell.samples.k} of {cell.samples.n}" if cell.samples else ""
    return f"{cell.verdict}{why}: {cell.note}{count}; {cell.observed_at or 'day not known'}"


def counted(copy: Snapshot, found: Iterable[Claim]) -> Claimed:
    """The count of a catalogue."""
    return Claimed(copy.catalogue.title, copy.version, *counts(found).values())


def pull_request(patch: Patch, snapshot: Snapshot) -> str:
    """The text that goes with a patch, in Markdown: what changes and why, what is left out, what comes first."""
    title = snapshot.catalogue.title
    parts = [f"# Flags of {title} that measurements contradict or fill\n"]
    parts.append(
        "Each line rests on recorded requests and their answers, which the links show. Against "
        f"{escape(snapshot.version)}{f' of {snapshot.day}' if snapshot.day else ''}.\n"
    )
    again = [claim for claim in patch.taken if claim.again]
    if again:
        parts.append(
            f"**Not to be sent as it is: {len(again)} of {len(patch.taken)} claims are to be asked again first** "
            "(the column says why); take the others, or ask.\n"
        )
    parts.append(_table("Changed", [(claim, claim.again or "-") for claim in patch.taken], "ask again, since"))
    parts.append(_table("Not changed", patch.left, "why not"))
    parts.append(f"{snapshot.catalogue.advice}\n")
    return "\n".join(part for part in parts if part)


def _table(title: str, claims: Sequence[tuple[Claim, str]], last: str) -> str:
    """A table of claims, as many as a page takes; its columns are not padded, which would be most of it."""
    head = ("key", "field", "says", "seen", "what was seen", "evidence", last)
    lines = [_bars(head), _bars(["---"] * len(head))]
    room = _SIZE
    for claim, why in claims:
        line = _bars((*_row(claim), brief(why)))
        room -= len(line.encode()) + 1
        if room < 0:
            lines += ["", f"{len(claims) - len(lines) + 2} more do not fit on this page."]
            break
        lines.append(line)
    return "\n".join([f"## {title}", "", *lines, ""]) if claims else ""


def _bars(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(claim: Claim) -> tuple[str, ...]:
    measured = claim.measured
    shown = measured.cells[0]
    links = " ".join(f"[{number}]({link})" for number, link in _links(measured.evidence))
    key = f"{claim.entry.key} ({claim.entry.owner})" if claim.entry.owner else claim.entry.key
    found = f"{shown.row.mode.name}: {_found(shown)}"
    if measured.says is False and (plain := control(shown.row)):
        found += f"; while there {plain.note or 'the plain question is answered'}"
    return escape(key), escape(claim.flag.name), _SAID[claim.said], _SAID[measured.says], brief(found), links or "-"


def _links(evidence: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Links that Markdown takes as they are: whatever could end one is escaped."""
    for number, where in enumerate(list(evidence)[:_LINKS], 1):
        address = on_the_web(where)
        yield number, "".join(char if char not in "()<>|[]\\ `" else f"%{ord(char):02X}" for char in address)
