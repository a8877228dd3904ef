"""What a probe is, what it may say, and how all of them are found.

A probe is a generator that yields questions (`Ask`), is sent replies (`Reply`) and returns a `Verdict`; a watch judges the
replies to questions that others asked. Neither sees HTTP, nor a network's fault: where a question got no usable reply the
engine throws `Settled`, with the verdict that follows, into the probe; most let it pass.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from functools import cache
from typing import Literal

from msgspec import Struct, field, structs

from providers.base import modules
from providers.chat import Ask, Error, Media, Reply

Kind = Literal["supported", "unsupported", "flaky", "unknown"]
Reason = Literal[
    "rejected", "ignored", "malformed", "wrong", "not_expressible", "breaks", "not_applicable", "unrecorded", "not_asked",
    "auth", "billing", "rate", "model", "server", "form", "timeout", "network", "cut", "unreadable", "unsure", "gated", "own",
]  # fmt: skip


class Verdict(Struct, frozen=True, omit_defaults=True):
    """What was found. `evidence` names the exchanges; `samples` is (k seen, n asked); `variants` maps "png/inline" to
    a kind, and `inferred` names those that follow from what the others were told, without being asked. The note is a sentence
    that a person understands.
    """

    verdict: Kind
    reason: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    samples: tuple[int, int] = (0, 0)
    variants: dict[str, str] = field(default_factory=dict)
    inferred: tuple[str, ...] = ()


class ProbeError(Exception):
    """A file of probes/ that is no registration; the message says which and why."""


class Settled(Exception):
    """A question got no reply that could be judged; the verdict tells why (rejected, not expressible, unknown), the error in
    whose words.
    """

    def __init__(self, verdict: Verdict, error: Error | None = None) -> None:
        self.verdict, self.error = verdict, error
        super().__init__(verdict.note)


class Row(Struct, frozen=True):
    """What a probe may know of the row it runs in: how answers arrive, whether the model thinks, the media at hand
    (by "png" or "png/url"), how many samples to take where one does not tell, which features the wire has a field for, and whether
    each question has its price: then several probes share a question that carries all that they ask for, each asks alone only
    where that does not tell, and what a refusal has told of all is not asked of each.
    """

    stream: bool = False
    thinking: bool | None = None
    media: Mapping[str, Media] = field(default_factory=dict)
    samples: int = 1
    frugal: bool = False
    fields: frozenset[str] = frozenset()


Asks = Generator[Ask, Reply, Verdict]


class Probe(Struct, frozen=True):
    """One capability. `words` recognises the feature in an error's text; `proves` are the features (names of
    `Ask.features`) that a question must really have carried for its answer to count; `marks` show in the column, keyed by
    verdict or "verdict:reason"; `lead` decides the column's ❌; a
    `gate` (1 before 2) is asked first, and where it stays unknown nothing else is asked.
    """

    run: Callable[[Row], Asks]
    column: str
    marks: Mapping[str, str]
    words: re.Pattern[str]
    proves: frozenset[str]
    watch: Callable[[Row, Sequence[Reply]], Verdict] | None = None
    lead: bool = False
    gate: int = 0
    id: str = ""
    doc: str = ""


# The columns of the table, in order.
COLUMNS = ("➛In", "Out➛", "JSON", "Schema", "Tool", "Batch", "File", "Cite", "Text", "Probs", "Limits", "Usage", "Finish")


def probe(
    column: str,
    mark: str = "✅",
    *,
    words: str = r"$^",
    proves: Iterable[str] = (),
    lead: bool = False,
    gate: int = 0,
    marks: Mapping[str, str] | None = None,
) -> Callable[[Callable[[Row], Asks]], Probe]:
    """Makes a generator function a Probe."""

    def wrap(run: Callable[[Row], Asks]) -> Probe:
        known = re.compile(words, re.IGNORECASE)
        return Probe(run, column, marks or _marks(mark), known, frozenset(proves), lead=lead, gate=gate)

    return wrap


def watch(column: str, mark: str = "✅") -> Callable[[Callable[[Row, Sequence[Reply]], Verdict]], Probe]:
    """Makes a function of the row and its successful replies a Probe that asks nothing of its own but a plain text."""

    def wrap(judge: Callable[[Row, Sequence[Reply]], Verdict]) -> Probe:
        return Probe(_asks_plainly, column, _marks(mark), re.compile(r"$^"), frozenset(), watch=judge)

    return wrap


def _marks(mark: str) -> dict[str, str]:
    return {"supported": mark, "flaky": "💨" if mark == "✅" else f"{mark}💨"}


def hello(**options: object) -> Ask:
    """The plainest question, shared by all that need some answer."""
    return Ask.text("Say hello. Use only one word.", **{"name": "text", **options})


def _asks_plainly(row: Row) -> Asks:
    reply = yield hello(stream=row.stream, thinking=row.thinking)
    return unknown("unsure", "judged from the row's replies", reply)


def supported(replies: Reply | Sequence[Reply], note: str = "", **more: object) -> Verdict:
    """Asked, and seen."""
    return _verdict("supported", "", note, replies, more)


def unsupported(reason: Reason, replies: Reply | Sequence[Reply], note: str = "", **more: object) -> Verdict:
    """Asked, answered, and not there."""
    return _verdict("unsupported", reason, note, replies, more)


def flaky(replies: Reply | Sequence[Reply], note: str, k: int, n: int) -> Verdict:
    """K of n samples, 0 < k < n."""
    return _verdict("flaky", "", note, replies, {"samples": (k, n)})


def unknown(reason: Reason, note: str, replies: Reply | Sequence[Reply] = ()) -> Verdict:
    """Nothing can be concluded; says why."""
    return _verdict("unknown", reason, note, replies, {})


def _verdict(kind: Kind, reason: str, note: str, replies: Reply | Sequence[Reply], more: Mapping[str, object]) -> Verdict:
    all_replies = [replies] if isinstance(replies, Reply) else list(replies)
    evidence = tuple(dict.fromkeys(reply.evidence for reply in all_replies if reply.evidence))
    n = max(len(all_replies), 1)
    verdict = Verdict(kind, reason, note, evidence, (n if kind == "supported" else 0, n) if all_replies else (0, 0))
    return structs.replace(verdict, **more) if more else verdict


def quoted(text: str, size: int = 80) -> str:
    """A piece of a provider's text for a note: one line, in quotes, not long."""
    line = " ".join(text.split())
    return repr(line if len(line) <= size else line[: size - 1] + "…")


def attempt(*asks: Ask) -> Generator[Ask, Reply, Reply | Settled]:
    """The reply to the first question that gets one, or what settled them without any: the last that says more than that it
    was never recorded.
    """
    found: Settled | None = None
    for ask in asks:
        try:
            return (yield ask)
        except Settled as settled:
            if lost(settled.verdict):
                return settled
            settled.__traceback__ = None  # else it holds this frame, which holds it
            if found is None or settled.verdict.reason != "unrecorded" or found.verdict.reason == "not_asked":
                found = settled
    if found is None:
        msg = "nothing to ask"
        raise ValueError(msg)
    return found


def lost(verdict: Verdict) -> bool:
    """Whether a question was put and its answer lost: then the others do not make up for it."""
    return verdict.verdict == "unknown" and verdict.reason not in ("unrecorded", "not_asked", "unsure", "form")


def missing(row: Row, verdict: Verdict) -> bool:
    """Whether an answer that a row that is asked should have is not there: it was lost, or not kept since it was asked for."""
    return bool(row.fields) and (lost(verdict) or (verdict.verdict, verdict.reason) == ("unknown", "unrecorded"))


def cell_id(stem: str) -> str:
    """The id of the probe in a file: `tools__forced` is tools.forced."""
    return stem.replace("__", ".")


@cache
def probes() -> dict[str, Probe]:
    """All probes by cell id, in order of column, then of id. Raises ProbeError for a file without exactly one probe."""
    found = {}
    for stem in modules("probes"):
        if stem == "base":
            continue
        module = importlib.import_module(f"probes.{stem}")
        here = [value for value in vars(module).values() if isinstance(value, Probe)]
        if len(here) != 1:
            msg = f"probes/{stem}.py holds {len(here)} probes; a file holds one, or its name begins with an underscore"
            raise ProbeError(msg)
        found[cell_id(stem)] = structs.replace(here[0], id=cell_id(stem), doc=module.__doc__ or "")
    order = {column: place for place, column in enumerate(COLUMNS)}
    return dict(sorted(found.items(), key=lambda item: (order[item[1].column], not item[1].lead, item[0])))
