"""Spoilt bodies over all wires: nothing escapes but the errors that are foreseen, and no verdict becomes supported that was not."""

import json
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec import structs

from probes.base import Verdict
from probes.row import Exchange
from providers.base import PLAIN, BadReply, ProviderError, Request, Response, wires
from providers.chat import Ask, Reply
from scoreboard.judge.decoding import Question, exchange_of
from scoreboard.traffic.reading import pairs, read_file
from tests.support.corpus import Case, cases
from tests.support.judging import exchange, verdict_on
from tests.support.mutating import changed, places
from tests.support.recorded import RECORDINGS, needs_recordings

MUTATIONS = 40_000
SEED = 20261124


class Spoiler:
    """Seeded damage to a body."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def spoil(self, body: bytes) -> bytes:
        """The body after one to three kinds of damage."""
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            body = self.random.choice(DAMAGE)(self.random, body)
        return body


def _cut(rng: random.Random, body: bytes) -> bytes:
    return body[: rng.randrange(len(body) + 1)]


def _flip(rng: random.Random, body: bytes) -> bytes:
    at = rng.randrange(len(body) + 1)
    return body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :]


def _encoding(rng: random.Random, body: bytes) -> bytes:
    wide = body.decode("latin-1").encode("utf-16")
    return rng.choice((b"\xef\xbb\xbf" + body, body + b"\xff\xfe", wide, b"\xed\xa0\x80" + body))


def _page(_: random.Random, body: bytes) -> bytes:
    return b"<!DOCTYPE html><html><body>" + body[:20] + b"</body></html>"


def _empty(rng: random.Random, _: bytes) -> bytes:
    return rng.choice((b"", b" ", b"\n\n", b"null", b"[]", b"{}", b'""', b"0", b"data: \n\n", b"data: {}\n\n", b"\x00"))


def _deep(rng: random.Random, body: bytes) -> bytes:
    return _swapped(rng, body, lambda: b"[" * 5000 + b"]" * 5000)


def _number(rng: random.Random, body: bytes) -> bytes:
    return _swapped(rng, body, lambda: rng.choice((b"NaN", b"Infinity", b"-1e999", b"9" * 400, b"-1", b"1e5", b"0.5")))


def _long(rng: random.Random, body: bytes) -> bytes:
    return _swapped(rng, body, lambda: json.dumps(rng.choice("a\x00\u202e€") * 20_000).encode())


def _swapped(rng: random.Random, body: bytes, value: Callable[[], bytes]) -> bytes:
    """A JSON value replaced by raw bytes."""
    return _edited(rng, body, lambda tree, path: changed(tree, path, "@@HERE@@")).replace(b'"@@HERE@@"', value())


def _dropped(rng: random.Random, body: bytes) -> bytes:
    def drop(tree: Any, path: tuple[Any, ...]) -> Any:
        if not path:
            return {}
        inside = tree
        for key in path[:-1]:
            inside = inside[key]
        copy = (
            [v for i, v in enumerate(inside) if i != path[-1]]
            if isinstance(inside, list)
            else {k: v for k, v in inside.items() if k != path[-1]}
        )
        return changed(tree, path[:-1], copy)

    return _edited(rng, body, drop)


def _typed(rng: random.Random, body: bytes) -> bytes:
    values: tuple[Any, ...] = (
        None,
        True,
        False,
        0,
        -7,
        1.5,
        "",
        "x",
        [],
        {},
        [None],
        {"x": 1},
        [[]],
        [{"type": "text"}],
        {"type": "error"},
    )
    return _edited(rng, body, lambda tree, path: changed(tree, path, rng.choice(values)))


def _edited(rng: random.Random, body: bytes, edit: Callable[[Any, tuple[Any, ...]], Any]) -> bytes:
    """One JSON value of the body, or of one of its lines, changed."""
    lines = body.split(b"\n")
    at = rng.randrange(len(lines))
    for start in (at, *range(len(lines))):
        head, mark, text = (
            lines[start].rpartition(b"data: ") if lines[start].startswith(b"data: ") else (b"", b"", lines[start])
        )
        try:
            tree = json.loads(text)
            path = rng.choice(places(tree))
            lines[start] = head + mark + json.dumps(edit(tree, path)).encode()
        except (ValueError, RecursionError, KeyError, IndexError, TypeError):
            continue
        return b"\n".join(lines)
    return body


def _events(rng: random.Random, body: bytes) -> bytes:
    parts = body.split(b"\n\n") if b"\n\n" in body else body.split(b"\n")
    joint = b"\n\n" if b"\n\n" in body else b"\n"
    at = rng.randrange(len(parts))
    match rng.randrange(4):
        case 0:
            parts.insert(at, parts[rng.randrange(len(parts))])
        case 1:
            del parts[at]
        case 2:
            rng.shuffle(parts)
        case _:
            parts.insert(
                at,
                rng.choice(
                    (
                        b": ping",
                        b"event: ping",
                        b"retry: 1",
                        b"data: [DONE]",
                        b"id: \x00",
                        b'data: {"type": "unheard.of"}',
                    )
                ),
            )
    return joint.join(parts)


DAMAGE = (
    _cut,
    _flip,
    _encoding,
    _page,
    _empty,
    _deep,
    _number,
    _long,
    _dropped,
    _dropped,
    _typed,
    _typed,
    _typed,
    _events,
    _events,
)


def answered(case: Case, bodies: tuple[bytes, ...], status: int = 200) -> Exchange:
    """What is read from the bodies. Raises ProviderError."""
    driver = wires()[case.wire].ask(case.ask, case.model, "https://api.test/v1", case.quirks)
    next(driver)
    for number in range(20):
        body = bodies[min(number, len(bodies) - 1)]
        try:
            driver.send(Response(status, {"content-type": case.content_type}, body))
        except StopIteration as done:
            return exchange(case.ask, done.value)
    raise BadReply("polled for ever")


def judged(case: Case, bodies: tuple[bytes, ...], status: int = 200) -> Verdict:
    """The verdict of the case's cell, from these bodies alone."""
    try:
        x = answered(case, bodies, status)
    except ProviderError as error:
        x = exchange(case.ask, Reply(), lost="unreadable", note=str(error))
    return verdict_on(case.cell, x)


CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answers_are_judged_as_they_should_be(case: Case) -> None:
    verdict = judged(case, tuple(map(case.sealed, case.bodies)))
    assert (verdict.verdict == "supported") is case.good, verdict


def _shares(wire: str) -> Iterator[tuple[Case, int]]:
    """The cases of a wire, and how many mutations each gets: all wires get the same."""
    mine = [case for case in CASES if case.wire == wire]
    for case in mine:
        yield case, MUTATIONS // len(wires()) // len(mine) + 1


@pytest.mark.parametrize("wire", wires())
def test_no_damage_escapes_and_none_makes_a_verdict_better(wire: str) -> None:
    for case, times in _shares(wire):
        for number in range(times):
            seed = f"{SEED}:{case.name}:{number}"
            spoiler = Spoiler(hash_of(seed))
            bodies = tuple(_sent(case, spoiler, body) for body in case.bodies)
            status = spoiler.random.choice((200, 200, 200, 200, 400, 500))
            try:
                verdict = judged(case, bodies, status)
            except Exception as error:
                raise AssertionError(f"{seed}: {type(error).__name__}: {error}\n{bodies!r:.600}") from error
            assert verdict.reason != "own", f"{seed}: {verdict.note}\n{bodies!r:.600}"
            if not case.good:
                assert verdict.verdict != "supported" or verdict.strength == "accepted" or _is_told(case, verdict), (
                    f"{seed}: {verdict.note}\n{bodies!r:.600}"
                )


def _is_told(case: Case, verdict: Verdict) -> bool:
    """Whether damage put an object in the place of a text: it is JSON, and the verdict says that clients may break."""
    return case.cell == "json" and "clients may break: content came as an object, not as text" in verdict.note


def _sent(case: Case, spoiler: Spoiler, body: bytes) -> bytes:
    """A body as it is sent, seven times of ten spoilt: what it says, or now and then the bytes that it was made to."""
    if spoiler.random.random() >= 0.7:
        return case.sealed(body)
    return case.sealed(spoiler.spoil(body)) if spoiler.random.random() < 0.8 else spoiler.spoil(case.sealed(body))


def hash_of(text: str) -> int:
    """The same number in every process."""
    return zlib.crc32(text.encode())


@pytest.mark.parametrize("wire", wires())
def test_spoilt_requests_are_read_or_refused(wire: str) -> None:
    module = wires()[wire]
    for case in [case for case in CASES if case.wire == wire]:
        request = next(module.ask(case.ask, case.model, "https://api.test/v1", case.quirks))
        for number in range(60):
            spoiler = Spoiler(hash_of(f"{SEED}:{case.name}:{number}"))
            spoilt = Request(
                request.method, request.url, spoiler.spoil(request.body) if request.body else b"", request.headers
            )
            try:
                if module.matches(spoilt):
                    _, asked = module.read(spoilt)
                    assert isinstance(asked, Ask)
            except ProviderError:
                continue


@needs_recordings
def test_real_recordings_may_be_spoilt_as_well() -> None:
    files = sorted(path for path in RECORDINGS.rglob("Gen*.yaml") if path.stat().st_size < 60_000)
    rng = random.Random(SEED)
    for path in rng.sample(files, 150):
        request, response = pairs(read_file(path))[0]
        wire = next((wire for wire in wires().values() if wire.matches(request)), None)
        if wire is None:
            continue
        _, asked = wire.read(request)
        quirks = structs.replace(PLAIN, has=asked.features)
        for number in range(8):
            spoilt = structs.replace(response, body=Spoiler(hash_of(f"{path.name}:{number}")).spoil(response.body))
            exchange_of(Question(request, (spoilt,)), wire, asked, quirks)
