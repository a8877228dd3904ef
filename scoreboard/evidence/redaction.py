"""What keeps keys out of everything that is kept or shown: cassettes, results, logs, error texts.

Two nets. Known secrets (the keys found in the environment) are replaced in every form that they travel in: plain,
base64 at each of the three alignments, URL-encoded, JSON-escaped, hexadecimal; and as they are where JSON spells some
characters as escapes, or one text is spread over several values (the events of a stream, the parts of a message), which
a reader joins again. What merely looks like a key, or says whose account it is, is replaced as well, by patterns narrow
enough to leave base64 media, identifiers and prose alone.

    ValueError        a secret too short to be told from ordinary text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import structs

from providers.base import Request, Response
from providers.chat import Chunk
from scoreboard.evidence.accounts import ACCOUNTS
from scoreboard.evidence.secret_forms import Pieces, Scan, find_encoded, forms

PLACEHOLDER = "REDACTED"

SHORTEST = 8
_SHORT = 300  # characters of a text that may come again

# What an API needs to know of a request beyond its body. By kind and not by name: each provider has its own prefix
# ("<provider>-version", "<provider>-beta", "x-<provider>-upload-command"), and none may stand on this floor.
_REQUEST_HEADERS = re.compile(
    r"content-type|accept|prefer|(?:[a-z0-9-]+-)?(?:version|beta)|(?:[a-z0-9-]+-)?upload-[a-z-]+"
)

# Who asked (cookies, tokens, organizations, accounts) is nobody's business; everything else is evidence.
_PRIVATE_HEADERS = re.compile(
    r"(?:set-)?cookie2?|(?:proxy-)?(?:authorization|authentication-info)"
    r"|.*(?:api-?key|(?:auth|access|security|csrf)-?token|secret|session|credential).*"
    r"|(?:.*-)?(?:organi[sz]ation|project|org|account|workspace|tenant|user|team)(?:-(?:id|uuid|name))?"
)

_QUERY = (
    "key|api[-_]?key|apikey|access[-_]token|auth[-_]token|token|auth|password|secret|client[-_]secret|sig|signature"
    "|[a-z]+-[a-z]+-(?:signature|credential|security-token)"
)
_SECRET_PARAMETER = re.compile(rf"([?&](?:{_QUERY})=)[^&#>\"\s]*", re.IGNORECASE)
_SECRET_NAME = re.compile(_QUERY, re.IGNORECASE)
_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", re.IGNORECASE)

# Not within a run of base64, where any pattern turns up sooner or later.
_START, _END = rb"(?<![A-Za-z0-9+/=_-])", rb"(?![A-Za-z0-9+/=_-])"
_LOOKS: dict[tuple[bytes, ...], re.Pattern[bytes]] = {
    (b"sk-", b"csk-", b"pk-"): re.compile(_START + rb"c?[sp]k-(?:[a-z0-9]{1,12}-){0,3}[A-Za-z0-9_]{16,}[A-Za-z0-9_-]*"),
    (b"***",): re.compile(_START + rb"(?:c?[sp]k-|gsk_|AIza)[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_-]*"),
    (b"AIza",): re.compile(_START + rb"AIza[A-Za-z0-9_-]{35}" + _END),
    (b"gsk_", b"hf_", b"r8_"): re.compile(_START + rb"(?:gsk|hf|r8)_[A-Za-z0-9]{30,}" + _END),
    (b"nvapi-",): re.compile(_START + rb"nvapi-[A-Za-z0-9_-]{30,}"),
    (b"AKIA", b"ASIA"): re.compile(_START + rb"A[KS]IA[A-Z0-9]{16}" + _END),
    (b"ya29.",): re.compile(_START + rb"ya29\.[A-Za-z0-9_-]{20,}"),
    (b"eyJ",): re.compile(_START + rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    (b"org-", b"org_", b"proj_"): re.compile(_START + rb"(?:org[-_]|proj_)[A-Za-z0-9]{16,}" + _END),
    (b"earer",): re.compile(rb"(?<=[Bb]earer )(?=[^\s\"'\\]*[0-9])[A-Za-z0-9._~+/-]{16,}=*"),
}
# Names come again with each exchange; of a hostile server's endless new ones only the last are remembered.


@lru_cache(1000)
def _is_needed(name: str) -> bool:
    return bool(_REQUEST_HEADERS.fullmatch(name.lower()))


@lru_cache(1000)
def _is_private(name: str) -> bool:
    return bool(_PRIVATE_HEADERS.fullmatch(name.lower()))


_MARKED = [(mark, pattern) for marks, pattern in {**_LOOKS, **ACCOUNTS}.items() for mark in marks]


class Redactor:
    """Replaces secrets by PLACEHOLDER and changes no other byte; what is redacted already stays as it is.

    Raises ValueError for a secret of fewer than 8 characters, which would strike ordinary text. Empty ones are skipped.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        whole_forms: set[bytes] = set()
        masks: list[bytes] = []
        self._plain: list[bytes] = []
        for number, secret in enumerate((s.strip() for s in secrets), 1):
            if secret and secret != PLACEHOLDER:
                if len(secret) < SHORTEST:
                    msg = (
                        f"secret {number} has {len(secret)} characters; fewer than {SHORTEST} cannot be told from "
                        "ordinary text"
                    )
                    raise ValueError(msg)
                whole_forms |= forms(secret)
                self._plain.append(secret.encode("utf-8", "surrogatepass"))
                first, last = (re.escape(end.encode("utf-8", "surrogatepass")) for end in (secret[:4], secret[-3:]))
                masks.append(first + rb"[\w-]{0,16}(?:\*{3,}|\.{3,}|\xe2\x80\xa6)[\w-]*" + last)
        self._forms = tuple(sorted(whole_forms))
        # Errors that show the ends of the key: "abcd****wxyz".
        self._masks = re.compile(b"|".join(masks)) if masks else None
        self._pieces = [Pieces(raw) for raw in self._plain]
        self._quoted = any(b'"' in raw for raw in self._plain)
        self._last_scan = Scan(b"")
        # Names, addresses and kinds of content come again with each exchange.
        self._text, self._url = lru_cache(100)(self._redacted), lru_cache(100)(self._address)

    def __repr__(self) -> str:
        return "Redactor(...)"

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets."""
        return self._cut(data, self._spans(data))

    def text(self, text: str) -> str:
        """The text without secrets. For bodies, error messages, names of questions."""
        return self._text(text) if len(text) <= _SHORT else self._redacted(text)

    def url(self, url: str) -> str:
        """The URL without user, password, secrets, and the values of parameters that are made to carry one."""
        return self._url(url) if len(url) <= _SHORT else self._address(url)

    def request(self, request: Request) -> Request:
        """The request as it may be kept: headers by an allow-list."""
        headers = {name: self.text(value) for name, value in request.headers.items() if _is_needed(name)}
        return structs.replace(request, url=self.url(request.url), body=self.data(request.body), headers=headers)

    def response(self, response: Response) -> Response:
        """The response as it may be kept, without the headers that tell who asked. Chunks end where they ended in the
        text.
        """
        spans = self._spans(response.body)
        chunks = tuple(_shift(response.chunks, spans)) if spans else response.chunks
        return structs.replace(
            response, headers=self._answered(response.headers), body=self._cut(response.body, spans), chunks=chunks
        )

    def own(self, response: Response) -> Response:
        """The response as it may be read: without our own secrets, which no answer needs, and which a judge might quote
        in part.
        """
        headers = response.headers
        if self._own("\n".join(headers.values()).encode("utf-8", "surrogatepass")):
            headers = {name: self.text(value) for name, value in headers.items()}
        names = "\n".join(headers).lower().encode("utf-8", "surrogatepass")
        if any(raw.lower() in names for raw in self._plain):
            plain = [raw.lower() for raw in self._plain]
            headers = {
                name: value for name, value in headers.items() if not any(raw in name.lower().encode() for raw in plain)
            }
        spans = self._own(response.body)  # last: it is looked at again, to be kept
        if not spans:
            return response if headers is response.headers else structs.replace(response, headers=headers)
        chunks = tuple(_shift(response.chunks, spans))
        return structs.replace(response, headers=headers, body=self._cut(response.body, spans), chunks=chunks)

    def leaks(self, data: bytes) -> bool:
        """True where a known secret stands in the bytes in any form."""
        return any(form in data for form in self._forms)

    def _redacted(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        spans = self._spans(data)
        return self._cut(data, spans).decode("utf-8", "surrogatepass") if spans else text

    def _address(self, url: str) -> str:
        return self.text(_SECRET_PARAMETER.sub(rf"\g<1>{PLACEHOLDER}", _USER.sub(r"\1", url)))

    def _answered(self, headers: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in headers.items() if not _is_private(name)}
        together = "\n".join(kept.values())
        if not (
            "://" in together or "\n/" in f"\n{together}" or self._spans(together.encode("utf-8", "surrogatepass"))
        ):
            return kept
        return {
            name: self.url(value) if "://" in value or value.startswith("/") else self.text(value)
            for name, value in kept.items()
        }

    def _spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where secrets stand, in order, overlapping ones as one."""
        own = self._own(data)
        strings = self._scan(data).distinct_strings
        # Of a pattern with groups, what the group found is the secret.
        looks = (m for mark, pattern in _MARKED if mark in strings for m in pattern.finditer(data))
        return _merged(own + [m.span(m.lastindex or 0) for m in looks])

    def _own(self, data: bytes) -> list[tuple[int, int]]:
        """Where our own stand, in order, overlapping ones as one."""
        scan = self._scan(data)
        if scan.own_spans is not None:
            return scan.own_spans
        whole = [form for form in self._forms if form in scan.distinct_strings]
        spans = [match.span() for form in whole for match in re.finditer(re.escape(form), data)]
        if self._masks and any(mark in scan.distinct_strings for mark in (b"***", b"...", b"\xe2\x80\xa6")):
            spans += [m.span() for m in self._masks.finditer(data)]
        if any(pieces.may_be_in(scan) for pieces in self._pieces):
            spans += find_encoded(data, self._plain)
        scan.own_spans = _merged(spans)
        return scan.own_spans

    def _scan(self, data: bytes) -> Scan:
        """An answer is scanned when it comes, and again when it is kept."""
        if data is not self._last_scan.data:
            self._last_scan = Scan(data, quoted=self._quoted)
        return self._last_scan

    @staticmethod
    def _cut(data: bytes, spans: list[tuple[int, int]]) -> bytes:
        if not spans:
            return data
        pieces, last = [], 0
        for start, end in spans:
            pieces += [data[last:start], PLACEHOLDER.encode()]
            last = end
        return b"".join([*pieces, data[last:]])


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _shift(chunks: Iterable[Chunk], spans: list[tuple[int, int]]) -> Iterable[Chunk]:
    """The chunks of a body whose spans were replaced. A chunk that ended within a secret ends behind the
    placeholder.
    """
    old = new = 0
    for chunk in chunks:
        old += chunk.size
        end = old
        for start, stop in spans:
            if start < old:
                end += len(PLACEHOLDER) - (min(stop, old) - start)
        if end > new:
            yield Chunk(end - new, chunk.at)
            new = end


def is_secret(name: str) -> bool:
    """True for the name of a query parameter that is made to carry a key or a signature."""
    return bool(_SECRET_NAME.fullmatch(name))
