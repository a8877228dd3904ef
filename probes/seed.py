"""Seed: the same seed gives the same answer.

Asks:         a long story with seed 42, twice, and with another seed; where questions are shared, within ones that
              carry other options too. Where any two differ, again with nothing else of the run in flight, twice, of
              which one has a cap; up to four times where the answers are too short to tell.
Seen:         the same request with the same seed gave the same text, and another seed, or none, another one; or the
              same long text, where that was not tried.
Accepted:     sent, and answered without complaint; one answer cannot show an effect, nor can one that never changes,
              nor the same request put twice, where it can be put in two forms: a cache answers it so, too.
Missed:       the same request with the same seed gave two texts, or four that are short and all different (ignored).
Refused:      the error names the seed.
"""

from collections.abc import Generator, Sequence
from itertools import combinations

from probes._story import LONG, OTHER, story, two_stories
from probes.base import Asks, probe, quoted
from probes.row import ALONE, ENDINGS, EVERY, Exchange, Finding, Row, accepted, missed, nothing, seen
from providers.chat import Ask

_SHORT = 20  # characters: of shorter texts two may be equal, or not, by accident
_ENOUGH = 4  # texts with nothing beside them that are all different are so by no accident, however short
_LATE = 1000  # tokens: a cap that changes where an answer ends, if at all
_NONE: tuple[object, ...] = (), None, None  # no endings


@probe("Text", "🌱", requires={"seed"}, named_in_errors=r"seed", reads="capped")
def seed(x: Exchange, row: Row) -> Finding | None:
    text = _text(x)
    if not text:
        return nothing("unsure", "no text came that could be the same again")
    twins = [twin for twin in row.twins(x, ("seed", *ENDINGS)) if _text(twin)]
    again = [twin for twin in twins if twin.ask.seed == x.ask.seed]
    alone = [twin for twin in (x, *twins) if ALONE in twin.ask.expects]
    if len(alone) > 1 and x not in alone:  # asked with nothing beside it, the same seed tells more
        return accepted("accepted; what was asked with nothing beside it tells more")
    if len(alone) >= _ENOUGH and not any(_alike(one, two, least=1) for one, two in combinations(map(_text, alone), 2)):
        return missed("ignored", f"the same seed gave another text each of {len(alone)} times: {quoted(text)}", *alone)
    equal, is_steady = None, True
    for twin in again if len(alone) < 2 else [twin for twin in alone if twin is not x]:
        if not _alike(text, _text(twin)):
            return missed("ignored", f"the same seed gave {quoted(text)}, then {quoted(twin.reply.text)}", twin)
        is_same = _alike(text, _text(twin), least=1)
        is_steady &= is_same
        if is_same and (equal is None or len(twin.reply.text) > len(equal.reply.text)):
            equal = twin
    if equal is None or (len(text) < _SHORT and not is_steady):
        return accepted("accepted; one answer, or such short ones, cannot show an effect")
    others = [other for other in twins if other.ask.seed != x.ask.seed]
    if any(_alike(text, _text(other), least=1) for other in others):
        return accepted(f"the same with another seed, or none: {quoted(text)}")
    if _is_one_form(x, again, alone, row):
        return accepted(f"the same request gave the same answer again, as a cache does, too: {quoted(text)}")
    if others:
        beside = "" if not alone else "; requests beside it disturb it"
        note = f"the same seed gave {quoted(text)} again, another {quoted(others[0].reply.text)}{beside}"
        return seen(note, equal, others[0])
    if min(len(text), len(_text(equal))) >= LONG and not x.ask.expects >= EVERY:
        return seen(f"the same seed gave the same again: {quoted(text)}", equal)
    return accepted(f"the same seed gave the same again, which so short a text may do by accident: {quoted(text)}")


def _is_one_form(x: Exchange, again: Sequence[Exchange], alone: Sequence[Exchange], row: Row) -> bool:
    """Whether the same request was put each time, though it can be put in two forms."""
    if alone:
        return "max_tokens" in row.fields and len({*map(_endings, alone)}) == 1
    return _endings(x) != _NONE and x.ask.expects >= EVERY and {_endings(x)} == {*map(_endings, again)}


def _endings(x: Exchange) -> tuple[object, ...]:
    """What the question carries that changes where its answer ends, but not how it begins."""
    return x.ask.stop, x.ask.max_tokens, x.ask.top_logprobs


def _text(x: Exchange) -> str:
    return x.reply.text.strip()


def _alike(one: str, two: str, least: int = _SHORT) -> bool:
    """Whether one text is the other, as far as it goes; short ones that differ do so by accident."""
    return min(len(one), len(two)) < least or one.startswith(two) or two.startswith(one)


@seed.asks
def asks(row: Row) -> Asks:
    shared = yield from two_stories(row)
    first = yield story(row, ("seed",), name="seed")
    again = yield story(row, ("seed",), name="seed-again")
    if any(_differ(first, x) for x in (again, *shared)):  # perhaps since other requests were under way beside it
        first, *others = yield from _alone(row)
        again = others[-1]
    if first.answered and again.answered and not _differ(first, again):
        yield story(row, (), name="seed-other", seed=OTHER)


def _alone(row: Row) -> Generator[Ask, Exchange, list[Exchange]]:
    """Asks with nothing else of the run in flight, until two answers tell whether they are the same."""
    answers: list[Exchange] = []
    capped = {"max_tokens": _LATE} if "max_tokens" in row.fields else {}  # for a cache it is another request
    for again, more in {"": {}, "-again": capped, "-third": {}, "-fourth": capped}.items():
        ask = story(row, ("seed",), name=f"seed-alone{again}", expects=frozenset({ALONE}), **more)
        answers.append((yield ask))
        if len(answers) > 1 and (not answers[-1].answered or any(_tells(x, answers[-1]) for x in answers[:-1])):
            break
    return answers


def _tells(one: Exchange, two: Exchange) -> bool:
    """Whether two answers are long enough to be different, or are the same."""
    texts = _text(one), _text(two)
    return min(map(len, texts)) >= _SHORT or texts[0] == texts[1] != ""


def _differ(one: Exchange, two: Exchange) -> bool:
    """Whether both are answered, and not the same, however short: what that tells is looked into."""
    return one.answered and two.answered and not _alike(_text(one), _text(two), least=1)
