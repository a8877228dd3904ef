"""What a probe is, and how all of them are found: one file per capability, of two halves.

    shows(x, row) -> Finding | None     what one exchange shows, whoever asked; None where it does not concern the probe
    asks(row) -> Asks                   good questions, in order; whoever asks them stops as soon as the findings settle
    it

Neither sees HTTP, nor a network's fault: an exchange that got no usable reply is a finding of nothing, made in one
place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cache
from typing import Literal

from msgspec import Struct, field

from probes.row import Exchange, Finding, Row
from providers.chat import Ask, Error
from providers.plugins import load, modules, origin

Kind = Literal["supported", "unsupported", "flaky", "unknown"]
Asks = Generator[Ask, Exchange, None]
Shows = Callable[[Exchange, Row], "Finding | list[Finding] | None"]
# Which replies a probe judges: whole answers; also those that the cap on tokens cut; or any, errors too.
Reads = Literal["whole", "capped", "any"]

FLOOR = ("base", "findings", "reasons", "row")
# The columns of the table, in order.
COLUMNS = (
    "➛In",
    "Out➛",
    "JSON",
    "Schema",
    "Tool",
    "Batch",
    "File",
    "Cite",
    "Text",
    "Probs",
    "Limits",
    "Usage",
    "Finish",
)
# Those of the second table, which tells more of what some of them hold.
MORE_COLUMNS = ("Streams", "Tool choice", "Calls")
# What people say that a model does which has a capability of these columns.
_DOES = {"➛In": "takes reads", "Out➛": "gives makes"}
# The groups of a report card, in order, each with its columns, and with cells of columns that are in another.
GROUPS = {
    "Talks": ("in.text", "out.text"),
    "Sees and hears": ("➛In", "Out➛", "File", "Cite"),
    "Form": ("JSON", "Schema"),
    "Tools": ("Tool", "Tool choice", "Calls"),
    "Control": ("Text", "Probs", "Batch"),
    "Streams": ("Streams",),
    "Tells": ("Limits", "Usage", "Finish"),
}
_GROUP_OF = {place: group for group, places in GROUPS.items() for place in places}


class Verdict(Struct, frozen=True, omit_defaults=True):
    """What was found. `evidence` names the exchanges; `samples` is (k seen, n seen or missed); `variants` maps
    "png/inline" to a kind; `strength` is "accepted" where it was taken without complaint, and its effect not shown. The
    note is a sentence that a person understands.
    """

    verdict: Kind
    reason: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    samples: tuple[int, int] = (0, 0)
    variants: dict[str, str] = field(default_factory=dict)
    strength: str = "seen"


class ProbeError(Exception):
    """A file of probes/ that is no registration; the message says which and why."""


class Probe(Struct):
    """One capability, in two halves.

    requires: the features (names of `Ask.features`) that a question must carry for its answer to count.
    named_in_errors: recognises the capability in an error's text. marks: what shows in the column, by verdict or
    "verdict:reason". decides_column: whether it alone decides the column's ❌. asked_first: its place (1 before 2)
    among those that are asked before all others, and without an answer to which nothing else is asked; 0 for all
    others.
    reads: which replies it judges. one_miss_decides: unsupported where it was missed once, however often it was seen;
    one_hit_decides: supported where it was seen once. concerns: which questions it is about, where the features that
    they carry do not tell. asks_all: its questions go on after one is settled, since each tells of something else.
    variants: the forms of it that a question carries, or, where an error came, those that the error is about.
    is_narrow: whether a refusal is about one of these forms alone. on_error: reads an error before all rules do.
    is_deep: asked only where that is wanted. streams_only: of rows of streams alone. is_service: asked for by requests
    beside those that a model answers; that none are known here of an API says nothing of what it has. is_habit: a model
    may do it now, and not the next time, so that where more is to be known it is asked until `MANY` answers are alike.
    """

    shows: Shows
    column: str
    marks: Mapping[str, str]
    requires: frozenset[str] = frozenset()
    named_in_errors: re.Pattern[str] = re.compile(r"$^")
    decides_column: bool = False
    asked_first: int = 0
    reads: Reads = "whole"
    one_miss_decides: bool = False
    one_hit_decides: bool = False
    concerns: Callable[[Exchange], bool] | None = None
    asks_all: bool = False
    variants: Callable[[Exchange], list[str]] | None = None
    is_narrow: Callable[[Error, str], bool] | None = None
    on_error: Callable[[Exchange, Error], Finding | None] | None = None
    is_deep: bool = False
    streams_only: bool = False
    is_service: bool = False
    is_habit: bool = False
    questions: Callable[[Row], Asks] | None = None
    id: str = ""
    doc: str = ""

    @property
    def title(self) -> str:
        """What it is called among people: what its documentation begins with."""
        return re.split(r"[:.](?=\s|$)", self.doc.strip(), maxsplit=1)[0].replace("\n", " ")

    @property
    def group(self) -> str:
        """The group of a report card that it stands in."""
        return _GROUP_OF.get(self.id) or _GROUP_OF[self.column]

    @property
    def words(self) -> tuple[str, ...]:
        """The words by which people look for it, in lower case: of its id, its title, its column and what they do."""
        said = f"{self.id} {self.title} {self.column} {_DOES.get(self.column, '')}"
        return tuple(dict.fromkeys(re.findall(r"[^\W_]+", said.lower())))

    def asks(self, questions: Callable[[Row], Asks]) -> Callable[[Row], Asks]:
        """Registers the other half: the questions."""
        self.questions = questions
        return questions


def probe(
    column: str,
    mark: str = "✅",
    *,
    requires: Iterable[str] = (),
    named_in_errors: str = r"$^",
    decides_column: bool = False,
    asked_first: int = 0,
    reads: Reads = "whole",
    one_miss_decides: bool = False,
    one_hit_decides: bool = False,
    concerns: Callable[[Exchange], bool] | None = None,
    asks_all: bool = False,
    marks: Mapping[str, str] | None = None,
    variants: Callable[[Exchange], list[str]] | None = None,
    is_narrow: Callable[[Error, str], bool] | None = None,
    on_error: Callable[[Exchange, Error], Finding | None] | None = None,
    is_deep: bool = False,
    streams_only: bool = False,
    is_service: bool = False,
    is_habit: bool = False,
) -> Callable[[Shows], Probe]:
    """Makes a function that says what an exchange shows a Probe; `@NAME.asks` then registers its questions."""

    def wrap(shows: Shows) -> Probe:
        names = re.compile(named_in_errors, re.IGNORECASE)
        shown = marks or {"supported": mark, "flaky": "💨" if mark == "✅" else f"{mark}💨"}
        return Probe(
            shows, column, shown, frozenset(requires), names, decides_column, asked_first, reads, one_miss_decides,
            one_hit_decides, concerns, asks_all or variants is not None, variants, is_narrow, on_error, is_deep,
            streams_only, is_service, is_habit,
        )  # fmt: skip

    return wrap


# How many answers settle what a model may do now, and not the next time: what it does with a probability of 0.26 to
# 0.74 is then taken for what it does always, or never, in less than one of twenty cases (0.74 ** 10 = 0.049).
MANY = 10
# The names of the plainest question, and of the same without streaming for a row of streams.
HELLO, HELLO_PLAINLY = "hello", "hello-plain"


def hello(row: Row, **options: object) -> Ask:
    """The plainest question, shared by all that need some answer."""
    return row.ask("Say hello. Use only one word.", **{"name": HELLO, **options})


def plain_question(row: Row) -> Asks:
    """The questions of a probe that reads whatever came: one plain question, so that there is something to read."""
    yield hello(row)


def quoted(text: str, size: int = 80) -> str:
    """A piece of a provider's text for a note: one line, in quotes, not long."""
    line = " ".join(text[: 4 * size].split())
    return repr(line if len(line) <= size and len(text) <= 4 * size else line[: size - 1] + "…")


def breaks_off(text: str) -> bool:
    """Whether a text ends within a sentence, as one does that was cut."""
    return not re.search(r"[.!?…:;。！？\"'”’»)\]}>`*|~\U0001F300-\U0001FAFF]\s*$", text)


def cell_id(stem: str) -> str:
    """The id of the probe in a file: `tools__forced` is tools.forced."""
    return stem.replace("__", ".")


def stems() -> list[str]:
    """The names of the files that hold a probe each."""
    return [stem for stem in modules("probes") if stem not in FLOOR]


@cache
def probes() -> dict[str, Probe]:
    """All probes by cell id, in order of column, then of id. Raises ProbeError for a file without exactly one whole
    probe.
    """
    by_id = {}
    order = {column: place for place, column in enumerate((*COLUMNS, *MORE_COLUMNS))}
    for stem in stems():
        module, where = load("probes", stem, ProbeError), origin("probes", stem)
        here = [value for value in vars(module).values() if isinstance(value, Probe)]
        if len(here) != 1:
            msg = f"{where} holds {len(here)} probes; a file holds one, or its name begins with an underscore"
            raise ProbeError(msg)
        if here[0].questions is None:
            msg = (
                f"{where} has no questions; a probe has two halves: add a generator under "
                f"`@{here[0].shows.__name__}.asks`"
            )
            raise ProbeError(msg)
        if here[0].column not in order:
            msg = f"{where} stands in the column {here[0].column!r}; there are {', '.join(order)}"
            raise ProbeError(msg)
        here[0].id, here[0].doc = cell_id(stem), module.__doc__ or ""
        by_id[here[0].id] = here[0]
    return dict(sorted(by_id.items(), key=lambda item: (order[item[1].column], not item[1].decides_column, item[0])))
