"""Questions with many media at once, each of which shows or says a word of its own: what is understood, and what is refused.

The commonest formats of all kinds come first, then the others of those kinds that were understood, then all by URL. A refusal that
names a format or a kind settles those that it names; the rest is asked again without them. A format that is refused inline is not asked
for by URL.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from msgspec import Struct

from probes._refusals import offered, refused, rejected, takes_only_text
from probes.base import Row, Settled, Verdict, attempt, quoted, supported
from providers.chat import Ask, Media, Modality, Reply

FORMATS: dict[Modality, tuple[str, ...]] = {
    "image": ("png", "jpg", "gif", "webp"),
    "audio": ("mp3", "wav", "aac", "flac", "ogg"),
    "video": ("mp4", "webm"),
    "document": ("pdf",),
}
_COMMON = {"png", "jpg", "mp3", "wav", "mp4", "pdf"}
_KINDS: dict[Modality, str] = {
    "image": r"image|picture|vision", "audio": r"audio|sound|speech", "video": r"video", "document": r"document|pdf|\bfile\b",
}  # fmt: skip
_NAMES = {"jpg": r"\bjpe?g\b", "mp3": r"\b(mp3|mpeg)\b"}
_QUESTION = "Each attachment shows or says one word. List the word of every attachment, and nothing else."


class Item(Struct, frozen=True):
    """One medium of the question, and its variant ("png/inline")."""

    modality: Modality
    form: str
    source: str
    media: Media

    @property
    def variant(self) -> str:
        """Its name among the variants."""
        return f"{self.form}/{self.source}"


def names_format(settled: Settled, form: str) -> bool:
    """Whether a refusal is about this format and not about its kind of media."""
    return bool(refused(settled, [_named(form)]))


def refused_inline(form: str, known: dict[str, Verdict]) -> Verdict | None:
    """How this format was refused inline, if it was; by URL it is then not asked for."""
    inline = known.get(f"{form}/inline")
    return inline if inline and inline.reason == "rejected" else None


class Senses(Struct):
    """What is sure after asking of many at once: of each variant ("png/url"), and which kinds of media are refused altogether."""

    known: dict[str, Verdict] = {}
    shut: dict[Modality, Verdict] = {}


def perceived(row: Row) -> Generator[Ask, Reply, Senses]:
    """Asks; nothing is sure where the row is not frugal."""
    known: dict[str, Verdict] = {}
    shut: dict[Modality, Verdict] = {}
    rounds = (_items(row, "inline", rare=False), _items(row, "inline", rare=True), _items(row, "url")) if row.frugal else ()
    for number, items in enumerate(rounds):
        left = [item for item in items if number == 0 or (_taken(item.modality, known) and not refused_inline(item.form, known))]
        while len(left) > 1:
            found = yield from attempt(_ask(row, left))
            if isinstance(found, Reply):
                known |= _understood(found, left)
                break
            kinds, forms = _refused(found, left)
            out = [item for item in left if item.modality in kinds or item.form in forms]
            known |= {item.variant: rejected(found) for item in out}
            shut |= dict.fromkeys(kinds, rejected(found))
            left = [item for item in left if item not in out] if out else []
    return Senses(known, shut)


def _items(row: Row, source: str, *, rare: bool | None = None) -> list[Item]:
    end = "/url" if source == "url" else ""
    wanted = [(modality, form) for modality, forms in FORMATS.items() if f"{modality}{end}" in row.fields for form in forms]
    found = [Item(modality, form, source, media) for modality, form in wanted if (media := row.media.get(f"{form}{end}"))]
    return [item for item in found if rare is None or (item.form not in _COMMON) == rare]


def _taken(modality: Modality, known: dict[str, Verdict]) -> bool:
    """Whether this kind of media was understood in any format."""
    verdicts = (known.get(f"{form}/inline") for form in FORMATS[modality])
    return any(verdict is not None and verdict.verdict == "supported" for verdict in verdicts)


def _ask(row: Row, items: Sequence[Item]) -> Ask:
    media = (item.media for item in items)
    return Ask.text(
        _QUESTION,
        *media,
        name=f"senses-{items[0].source}-{'-'.join(item.form for item in items)}",
        stream=row.stream,
        thinking=row.thinking,
    )


def _understood(reply: Reply, items: Sequence[Item]) -> dict[str, Verdict]:
    """Those whose word is in the answer; what is missing in it may be the fault of asking so much at once."""
    heard = [item for item in items if re.search(rf"\b{re.escape(item.media.word)}", reply.text, re.IGNORECASE)]
    verdict = supported(reply, f"understood, among others: {quoted(reply.text)}")
    return {item.variant: verdict for item in heard}


def _named(form: str) -> tuple[str, str]:
    return form, _NAMES.get(form, rf"\b{form}\b")


def _refused(settled: Settled, items: Sequence[Item]) -> tuple[set[Modality], set[str]]:
    """What a refusal is about: the kinds of media, or the formats of one kind, that it names or leaves out of those that it lists."""
    kinds = {item.modality for item in items}
    if takes_only_text(settled):
        return kinds, set()
    listed = {kind: offered(settled, [_named(form) for form in FORMATS[kind]]) for kind in kinds}
    if unlisted := {item.form for item in items if listed[item.modality] and item.form not in listed[item.modality]}:
        return set(), unlisted
    forms = refused(settled, [_named(item.form) for item in items])
    if forms:
        return set(), forms if len({item.modality for item in items if item.form in forms}) == 1 else set()
    named = [kind for kind in kinds if refused(settled, [(kind, _KINDS[kind])])]
    return set(named) if len(named) == 1 else set(), set()
