"""The disguises of a secret: encoded as a whole, spelt by escapes, or spread over the strings of a body, which a reader
joins again.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from urllib.parse import quote, quote_plus


class Scan:
    """Bytes, what they have between quotes, each once (`strings`), and all of that in one (`distinct_strings`): a
    stream says most things many times. Where a secret has quotes of its own (`quoted`), distinct_strings are the bytes
    as they are.

    `own_spans`: those of known secrets, once they were looked for.
    """

    def __init__(self, data: bytes, *, quoted: bool = False) -> None:
        self.data, self.strings = data, frozenset(data.split(b'"'))
        self.distinct_strings = data if quoted else b'"'.join(self.strings)
        self.own_spans: list[tuple[int, int]] | None = None


class Pieces:
    """Whether a secret may be spread over the strings of a body: quickly, and never no where it is.

    A long piece holds one of the secret's parts that stand side by side; where all pieces are too short for that there
    are three or more, and one in the middle is a string of its own. A short secret has too few parts that say anything:
    all its fours are looked for.
    """

    def __init__(self, secret: bytes) -> None:
        width = min((len(secret) + 3) // 4, 16)
        step, longest = (width, 2 * width - 2) if width >= 4 else (1, 3)
        width = max(width, 4)
        self._short = frozenset(
            secret[at : at + size] for size in range(1, longest + 1) for at in range(len(secret) - size + 1)
        )
        self._parts = {secret[at : at + width] for at in range(0, len(secret) - width + 1, step)}
        escaped = "|".join(sorted({f"{byte:02x}" for byte in secret}))
        self._escaped = re.compile(rf"\\u00(?:{escaped})".encode(), re.IGNORECASE)
        self._escapable = bool(re.search(rb'["\\/\x00-\x1f\x80-\xff]', secret))

    def may_be_in(self, scan: Scan) -> bool:
        """True where it may, in a body looked at by a Redactor."""
        if len(scan.strings) == 1:
            return False
        if b"\\" in scan.distinct_strings and (self._escapable or self._escaped.search(scan.distinct_strings)):
            return True
        if any(map(scan.distinct_strings.__contains__, self._parts)):
            return True
        return any(re.search(rb'"%s"(?!\s*:)' % re.escape(piece), scan.data) for piece in scan.strings & self._short)


_TOKEN = re.compile(rb'"((?:[^"\\\n]|\\.)*)"(\s*:)?|([{\[])|([}\]])|(\ndata:)')
_UNIT = re.compile(rb"\\u[0-9A-Fa-f]{4}|\\.|[^\\]+", re.DOTALL)
_PLAIN_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def find_encoded(data: bytes, secrets: Sequence[bytes]) -> list[tuple[int, int]]:
    """Where secrets stand in the JSON strings of a body (start, end in bytes), read as what they mean, those of one
    place in its values joined.
    """
    texts: dict[tuple[bytes, ...], list[tuple[bytes, int, int]]] = {}
    keys: list[bytes] = []
    for token in _TOKEN.finditer(data):
        if token[2] is not None:
            keys[-1:] = [token[1]]
        elif token[1] is not None:
            units = texts.setdefault(tuple(keys), [])
            start = token.start(1)
            units += [(_meant(unit[0]), start + unit.start(), start + unit.end()) for unit in _UNIT.finditer(token[1])]
        elif token[3]:
            keys.append(b"")
        elif token[5]:
            keys.clear()
        else:
            del keys[-1:]
    return [span for units in texts.values() for secret in secrets for span in _covered(units, secret)]


def _meant(unit: bytes) -> bytes:
    if not unit.startswith(b"\\"):
        return unit
    if len(unit) == 6:
        return chr(int.from_bytes(bytes.fromhex(unit[2:].decode()), "big")).encode("utf-8", "surrogatepass")
    return _PLAIN_ESCAPES.get(unit[1:], unit[1:])


def _covered(units: Sequence[tuple[bytes, int, int]], secret: bytes) -> Iterator[tuple[int, int]]:
    """The spans of the units that together mean a secret: of a plain one what belongs to it, of an escape all."""
    joined = b"".join(meant for meant, _, _ in units)
    if secret not in joined:
        return
    offsets = list(accumulate((len(meant) for meant, _, _ in units), initial=0))
    for match in re.finditer(re.escape(secret), joined):
        for number in range(bisect_right(offsets, match.start()) - 1, bisect_left(offsets, match.end())):
            (meant, start, end), at = units[number], offsets[number]
            first, last = max(match.start() - at, 0), min(match.end() - at, len(meant))
            if first < last:
                yield (start + first, start + last) if end - start == len(meant) else (start, end)


def forms(secret: str) -> set[bytes]:
    """Every form that a secret travels in as a whole: plain, JSON-escaped, URL-encoded, hexadecimal, base64 at each
    alignment.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    plain = json.dumps(secret)[1:-1]
    unicode = "".join(f"\\u{unit:04x}" for unit in _utf16(secret))
    texts = {
        plain,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        plain.replace("/", "\\/"),
        _html_safe(plain),
        json.dumps(plain)[1:-1],  # JSON within JSON
        unicode,
        "".join(f"%{byte:02X}" for byte in raw),
        "".join(f"%{byte:02x}" for byte in raw),
        raw.hex(),
        raw.hex().upper(),
    }
    encoders: tuple[Callable[[bytes], str], ...] = (
        quote,
        lambda b: quote(b, safe=""),
        quote_plus,
        lambda b: quote(b, safe="/:@+=,$&!*'();"),
    )
    for encode in encoders:
        texts |= {encode(raw), re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), encode(raw))}
    for run in _base64(raw):
        texts |= {
            run,
            run.replace("/", "\\/"),
            _html_safe(run),
            quote(run, safe=""),
            run.replace("+", "-").replace("/", "_"),
        }
    return {raw, *(text.encode("utf-8", "surrogatepass") for text in texts)}


def _utf16(text: str) -> Iterable[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))


def _html_safe(text: str) -> str:
    """As servers write JSON that may land in a web page."""
    for char in "&<>=+'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _base64(raw: bytes) -> Iterable[str]:
    """The characters that each alignment of a secret within a longer base64 text must have."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw).decode()
        yield text[-(-8 * shift // 6) : 8 * (shift + len(raw)) // 6]
