r"""A request as a shell command that asks the same again: the key as a variable, media from files.

    curl -sSg https://HOST/PATH -H "authorization: Bearer $NAME" --data-raw '{...}'
    printf '%s' '{"data":"' "$(base64 < assets/a.png | tr -d '\n')" '"}' | curl ... --data-binary @-
    curl -sSg https://HOST/files -F 'file=@assets/a.pdf;type=application/pdf'

Whatever a request holds is quoted: nothing of it is run, and nothing expanded but our own variables.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote_plus

from providers.base import Provider, Request
from scoreboard.evidence.matching import parts_of
from scoreboard.evidence.media import FOLDER, manifest
from scoreboard.evidence.redaction import is_secret
from scoreboard.judge.decoding import host_of

_ANY_KEY = "API_KEY"
_LONG = 2000  # characters of a body that a command holds; a longer one is a file
_RUN = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{64,}={0,2}")
_MEDIUM = 1000  # characters of base64 from which on it is taken for a medium, whatever it is
_PLAIN = re.compile(r"[\w .,:/=?&+-]*")
_VARIABLE = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_HEADER = re.compile(r"[\w-]+")
_UNSENT = ("content-length", "host", "connection", "accept-encoding")


class Files:
    """Media that commands name: those of assets/ where they lie, all others by digest in a folder of their own."""

    def __init__(self, folder: str = "media") -> None:
        self._folder = folder
        self.others: dict[str, bytes] = {}

    def name(self, data: bytes, ending: str = "bin") -> str:
        """Where a file of this content is, or will be."""
        digest = hashlib.sha256(data).hexdigest()
        if known := asset(digest):
            return known
        name = f"{self._folder}/{digest[:16]}.{ending}"
        self.others[name] = data
        return name


def quote(text: str) -> str:
    """A text as one word of a shell, on one line and without a control character."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(char if _is_plain(char) else _escape(char) for char in text) + "'"


def _is_plain(char: str) -> bool:
    return char.isprintable() and char not in "\\'"


def _escape(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogatepass"))


def asset(digest: str) -> str | None:
    """The path of the file of assets/ with this content; an installed package has none."""
    with contextlib.suppress(OSError):
        return next((f"{FOLDER.name}/{one.file}" for one in manifest() if one.sha256 == digest), None)
    return None


def curl(request: Request, provider: Provider | None, files: Files) -> str:
    """The command; the request is redacted already. A provider's key is named for its own hosts alone. Empty for what
    is no address of HTTP.
    """
    if not _HTTP.match(request.url):
        return ""
    key = (provider.key_env if provider and _is_own(provider, request.url) else None) or _ANY_KEY
    url, is_keyed = _address(request.url, provider, key)
    words = ["curl", "-sSg"]
    if request.method != ("POST" if request.body else "GET"):
        words += ["-X", quote(request.method)]
    words.append(url)
    multipart = parts_of(request)
    for name, value in _headers(request, provider, is_multipart=bool(multipart)).items():
        words += ["-H", quote(f"{name}: {value}")]
    if not is_keyed and (provider is None or provider.key_env):
        name, prefix = provider.key if provider else ("authorization", "Bearer ")
        words += ["-H", f'"{name}: {prefix}${key}"']
    words += [word for headers, content in multipart for word in _part(headers, content, files)]
    return " ".join(words) if multipart or not request.body else _with_body(words, request.body, files)


def _is_own(provider: Provider, url: str) -> bool:
    """Whether an address is of a host of the provider's; one without an address of its own has any."""
    host, own = host_of(Request("GET", url)), host_of(Request("GET", provider.base_url))
    patterns = (_VARIABLE.sub("*", own.upper()).lower(), *provider.hosts)
    return not own or provider.country == "local" or any(fnmatchcase(host, pattern) for pattern in patterns)


def _address(url: str, provider: Provider | None, key: str) -> tuple[str, bool]:
    """The quoted address, and whether it carries the key itself. The only {NAME} that is a variable in it is one of the
    provider's own.
    """
    known = _VARIABLE.findall(provider.base_url) if provider else []
    head, _, query = url.partition("?")
    words = re.split(f"{{({'|'.join(known)})}}", head) if known else [head]
    is_keyed = False
    for number, (name, value) in enumerate(parse_qsl(query, keep_blank_values=True)):
        words[-1] += f"{'&' if number else '?'}{quote_plus(name)}="
        if is_secret(name):
            is_keyed, words = True, [*words, key, ""]
        else:
            words[-1] += quote_plus(value)
    return _expanded(words), is_keyed


def _expanded(words: list[str]) -> str:
    """Texts, and between each two of them a variable's name, as one word of the shell."""
    texts, names = words[::2], words[1::2]
    if not names:
        return quote(texts[0])
    if all(map(_PLAIN.fullmatch, texts)):
        ends = [*(f"${{{name}}}" for name in names), ""]
        return '"' + "".join(text + end for text, end in zip(texts, ends, strict=True)) + '"'
    pieces = [quote(texts[0]) if texts[0] else ""]
    for name, text in zip(names, texts[1:], strict=True):
        pieces += [f'"${{{name}}}"', quote(text) if text else ""]
    return "".join(pieces)


def _headers(request: Request, provider: Provider | None, *, is_multipart: bool) -> dict[str, str]:
    own = dict(provider.headers) if provider else {}
    kept = {name: value for name, value in request.headers.items() if _HEADER.fullmatch(name) and name not in _UNSENT}
    if is_multipart:
        kept.pop("content-type", None)
    elif request.body:
        kept.setdefault("content-type", "application/json")
    return {**own, **kept}


def _with_body(words: list[str], body: bytes, files: Files) -> str:
    try:
        pieces = list(_pieces(body.decode(), files))
    except UnicodeDecodeError:
        pieces = [("\0", False)]
    texts = [text for text, is_file in pieces if not is_file]
    if "\0" in "".join(texts) or sum(map(len, texts)) > _LONG:
        return " ".join([*words, "--data-binary", quote(f"@{files.name(body)}")])
    if len(pieces) == 1:
        return " ".join([*words, "--data-raw", quote(texts[0])])
    told = [f"\"$(base64 < {quote(piece)} | tr -d '\\n')\"" if is_file else quote(piece) for piece, is_file in pieces]
    return f"printf '%s' {' '.join(told)} | {' '.join([*words, '--data-binary', '@-'])}"


def _pieces(text: str, files: Files) -> Iterator[tuple[str, bool]]:
    """The texts of a body, and between them the names of the files that stand in it as base64."""
    last = 0
    for match in _RUN.finditer(text):
        if name := _medium(match[0], files):
            yield text[last : match.start()], False
            yield name, True
            last = match.end()
    yield text[last:], False


def _medium(run: str, files: Files) -> str | None:
    """The file whose base64 this is."""
    try:
        data = base64.b64decode(run, validate=True)
    except binascii.Error:
        return None
    if base64.b64encode(data).decode() != run:
        return None
    return files.name(data) if len(run) >= _MEDIUM else asset(hashlib.sha256(data).hexdigest())


def _part(headers: bytes, content: bytes, files: Files) -> list[str]:
    """A part of a form: a field, or a file."""
    told = headers.decode(errors="replace")
    name = _parameter(told, "name")
    mime = re.search(r"(?im)^content-type:\s*([\w.+-]+/[\w.+-]+)", told)
    if filename := _parameter(told, "filename"):
        ending = re.sub(r"\W", "", PurePosixPath(filename).suffix)[:8] or "bin"
        kind = f";type={mime[1]}" if mime else ""
        return ["-F", quote(f"{name}=@{files.name(content, ending)};filename={filename}{kind}")]
    return ["--form-string", quote(f"{name}={content.decode(errors='replace')}")]


def _parameter(headers: str, name: str) -> str:
    """Of a part's disposition, without what curl would take for more than a word."""
    found = re.search(rf'(?i)\b{name}="([^"]*)"', headers)
    return re.sub(r"[^\w .-]", "_", found[1]) if found else ""
