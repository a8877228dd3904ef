"""What the probes of media as input share: reading the answer, and asking.

Questions with many media at once come first, each of which shows or says a word of its own: the commonest formats of
all kinds, then the others of those kinds that were understood, then all by URL. A refusal that names a format or a kind
settles those that it names; the rest is asked again without them. Then each format is asked for alone that this did not
settle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from probes.base import Asks, Probe, Shows, quoted
from probes.findings import LISTING, findings, named_in
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, seen
from providers.chat import Error, Media, Modality
from providers.errors import PLAINLY, REQUEST, UNSUPPORTED

FORMATS: dict[Modality, tuple[str, ...]] = {
    "image": ("png", "jpg", "gif", "webp"),
    "audio": ("mp3", "wav", "aac", "flac", "ogg"),
    "video": ("mp4", "webm"),
    "document": ("pdf",),
}
COMMON = {"png", "jpg", "mp3", "wav", "mp4", "pdf"}
KINDS: dict[Modality, str] = {
    "image": r"image|picture|vision", "audio": r"audio|sound|speech", "video": r"video",
    "document": r"document|pdf|\bfile\b",
}  # fmt: skip
_ONLY_TEXT = re.compile(
    r"only (?:supports? |accepts? |takes? )?text|text[- ]only|only plain text"
    r"|invalid type: sequence, expected a string",
    re.IGNORECASE,
)
_ANY = rf"multimodal|modalit|mime|content|{_ONLY_TEXT.pattern}"
# How errors name a kind of media, its formats among them.
NAMED: dict[Modality, str] = {
    "image": rf"image|vision|visual|{_ANY}|picture|file uri|\b(png|jpe?g|gif|webp)\b",
    "audio": rf"audio|sound|speech|{_ANY}|file uri|\b(mp3|mpeg|wav|aac|flac|ogg)\b",
    "video": rf"video|{_ANY}|file uri|\b(mp4|webm)\b",
    "document": rf"document|pdf|file|{_ANY}",
}
_NAMES = {"jpg": r"\bjpe?g\b", "mp3": r"\b(mp3|mpeg)\b"}
_MIMES = {
    "jpeg": "jpg",
    "mpeg": "mp3",
    "mpga": "mp3",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "x-flac": "flac",
    "x-pdf": "pdf",
}

# A model that says it got nothing is blind, however lucky its guess.
_THING = r"(image|picture|photo|audio|sound|video|file|document|attachment|pdf|clip)"
_UNABLE = (
    r"(can'?t|cannot|can not|unable to|not able to|don'?t have the (ability|capability)"
    r"|do not have the (ability|capability)|couldn'?t) (directly |actually |currently |physically |really )*"
)
_PERCEIVE = (
    r"(see|view|hear|listen|watch|access|process|play|open|analy[sz]e|read|identify|perceive|look|interpret|determine)"
)
_GIVEN = (
    r"( file| clip)? (was |is |has been |were |seems? to (be|have been) )?"
    r"(attached|provided|included|shared|uploaded|visible|given)"
)
BLIND = re.compile(
    rf"{_UNABLE}{_PERCEIVE}|(no|any|an?) {_THING}{_GIVEN}"
    rf"|(don'?t|do not|didn'?t|did not) (see|have|receive|hear) (an?|any|the) [\w ]{{0,20}}{_THING}"
    r"|please (provide|share|upload|attach|describe)|text-based (?:ai|assistant|(?:language )?model|system|interface)"
    r"|as a language model"
    r"|need (to see|more information|the (image|audio|video))",
    re.IGNORECASE,
)


def variant_of(media: Media) -> str:
    """Its format and source: "png/inline"."""
    form = media.mime.rpartition("/")[2].lower() or "*"
    return f"{_MIMES.get(form, form)}/{'url' if media.url else 'inline'}"


def variants_of(modality: Modality) -> Callable[[Exchange], list[str]]:
    """What `Probe.variants` is for a kind of media."""

    def variants(x: Exchange) -> list[str]:
        here = [media for media in x.ask.media() if media.modality == modality]
        if x.reply.error and len(x.ask.media()) > 1:
            here = _meant(x.reply.error, here, x.ask.media())
        return list(dict.fromkeys(map(variant_of, here)))

    return variants


def _meant(error: Error, here: Sequence[Media], everything: Sequence[Media]) -> list[Media]:
    """Those of a kind that a refusal of a question with many media is about."""
    if takes_only_text(error) or not here:
        return list(here)
    if kinds_taken := _kinds_offered(error):
        return [] if here[0].modality in kinds_taken else list(here)
    offered = _offered(error, here)
    if unlisted := [media for media in here if offered and form_of(media) not in offered]:
        return unlisted
    formats = named_in(error, [_named(form_of(media)) for media in everything])
    if formats:
        kinds = {media.modality for media in everything if form_of(media) in formats}
        return [media for media in here if form_of(media) in formats] if len(kinds) == 1 else []
    kinds = {media.modality for media in everything}
    named = named_in(error, [(kind, KINDS[kind]) for kind in kinds if kind in KINDS])
    return list(here) if len(kinds) == 1 or named == {here[0].modality} else []


def takes_only_text(error: Error) -> bool:
    """Whether a refusal says so."""
    plain = PLAINLY if error.status >= 500 else UNSUPPORTED
    return error.kind == REQUEST and bool(_ONLY_TEXT.search(error.message) and plain.search(error.message))


_MIME = re.compile(r"\b(?:image|audio|video|application)/[\w.+-]+")


def names_a_format(modality: Modality) -> Callable[[Error, str], bool]:
    """What `Probe.is_narrow` is for a kind of media: the error names a format that is not common, and not the kind."""

    def narrow(error: Error, variant: str) -> bool:
        form = variant.partition("/")[0]
        words = _MIME.sub("", error.message)
        named = form not in COMMON and named_in(error, [_named(form)])
        return bool(named) and not re.search(KINDS[modality], words, re.IGNORECASE)

    return narrow


def form_of(media: Media) -> str:
    """Its format: "png"."""
    return variant_of(media).partition("/")[0]


def _kinds_offered(error: Error) -> set[Modality]:
    """Which kinds of media the refusal lists as those that would have been taken, where it speaks of parts of a
    content.
    """
    _, *listed = LISTING.split(error.message, maxsplit=1)
    if not listed or not re.search(r"\btext\b", listed[0], re.IGNORECASE):
        return set()
    return {kind for kind, names in KINDS.items() if re.search(names, listed[0].replace("_", " "), re.IGNORECASE)}


def _offered(error: Error, media: Sequence[Media]) -> set[str]:
    """Which formats of this kind the refusal lists as those that would have been taken."""
    _, *listed = LISTING.split(error.message, maxsplit=1)
    forms = FORMATS.get(media[0].modality, ()) if media else ()
    return {form for form in forms if listed and re.search(_named(form)[1], listed[0], re.IGNORECASE)}


def _named(form: str) -> tuple[str, str]:
    return form, _NAMES.get(form, rf"\b{re.escape(form)}\b")


def understood(x: Exchange, modality: Modality) -> list[Finding]:
    """What an answer shows of each medium of a kind that was sent."""
    everything = x.ask.media()
    return [_one(x, media, alone=len(everything) == 1) for media in everything if media.modality == modality]


def _one(x: Exchange, media: Media, *, alone: bool) -> Finding:
    text, variant = x.reply.text, variant_of(media)
    if blind := BLIND.search(text):
        if alone:
            return missed("ignored", f"it says that it did not get it: {quoted(text)}", variant=variant)
        kinds = {
            kind for kind, names in KINDS.items() if re.search(names, _sentence(text, blind.start()), re.IGNORECASE)
        }
        if not kinds or media.modality in kinds:
            return nothing("unsure", f"it says that it did not get something: {quoted(text)}", variant=variant)
    if not text.strip():
        if x.reply.calls or not media.word:
            return nothing("unsure", "no text came that could tell", variant=variant)
        return missed("wrong", "accepted, but the answer is empty", variant=variant)
    if not media.word:
        return accepted(f"accepted; what it shows is not known here: {quoted(text)}", variant=variant)
    if re.search("|".join(map(re.escape, media.word.split("|"))), text, re.IGNORECASE):
        return seen(f"understood: {quoted(text)}", variant=variant)
    if "in.media" not in x.ask.expects and "|" in media.word:
        return accepted(f"accepted; the answer names nothing of what it shows: {quoted(text)}", variant=variant)
    if not alone:  # may be the fault of asking so much at once
        return nothing("unsure", f"the answer {quoted(text)} lacks {media.word}", variant=variant)
    return missed("wrong", f"the answer {quoted(text)} lacks {media.word}", variant=variant)


def _sentence(text: str, place: int) -> str:
    """The sentence in which a place is."""
    start = max(text.rfind(mark, 0, place) for mark in ".!?\n") + 1
    ends = [end for mark in ".!?\n" if (end := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text))]


_QUESTION = "Each attachment shows or says one word. List the word of every attachment, and nothing else."


class _Kind:
    """What is settled of the formats of one kind of media, while they are asked for."""

    def __init__(self, row: Row, modality: Modality, shows: Shows) -> None:
        self.modality, self._row = modality, row
        self._probe = Probe(
            shows,
            "",
            {},
            frozenset({modality}),
            re.compile(NAMED[modality], re.IGNORECASE),
            variants=variants_of(modality),
        )

    def variants(self, kind: str) -> set[str]:
        return {finding.variant for finding in findings(self._probe, self._row) if finding.kind == kind}

    def settled(self, variant: str) -> bool:
        return (
            variant in self.variants("seen")
            or variant in self.variants("refused")
            or variant in self.variants("missed")
        )

    def refused_as_a_kind(self, source: str) -> bool:
        """Whether an error refuses the kind itself, and not one of its formats, in this source."""
        for finding in findings(self._probe, self._row):
            x = finding.exchanges[0]
            if finding.kind == "refused" and finding.variant.endswith(source):
                error = x.reply.error
                if not named_in(error, [_named(finding.variant.partition("/")[0])]) and not (
                    error and _offered(error, x.ask.media())
                ):
                    return True
        return False


def asks_each(row: Row, modality: Modality, question: str) -> Asks:
    """Asks with many media at once, then once per format, inline and by URL, for what that did not settle."""
    yield from _together(row)
    kind = _Kind(row, modality, lambda x, _: understood(x, modality))
    for source in ("inline", "url"):
        for form in FORMATS[modality]:
            variant, key = f"{form}/{source}", form if source == "inline" else f"{form}/url"
            media = row.media.get(key)
            if media is None or (modality if source == "inline" else f"{modality}/url") not in row.fields:
                continue
            shared = row.share_questions
            if shared and (kind.settled(variant) or kind.refused_as_a_kind(f"/{source}")):
                continue
            if shared and source == "url" and (f"{form}/inline" in kind.variants("refused") or _all_refused(kind)):
                continue
            x = yield row.ask(question, media, name=f"{modality}-{form}-{source}", expects=frozenset({"in.media"}))
            if shared and x.failed:
                return  # what breaks the server at one format is not worth to be tried with its sisters


def _all_refused(kind: _Kind) -> bool:
    refused = {variant for variant in kind.variants("refused") if variant.endswith("/inline")}
    return bool(refused) and not kind.variants("seen") and not kind.variants("missed")


def _together(row: Row) -> Asks:
    """The questions with many media at once."""
    if not row.share_questions:
        return
    rounds = (_items(row, "inline", rare=False), _items(row, "inline", rare=True), _items(row, "url"))
    for number, everything in enumerate(rounds):
        left = [(kind, media) for kind, media in everything if number == 0 or _taken(row, kind, form_of(media))]
        while len(left) > 1:
            forms = "-".join(form_of(media) for _, media in left)
            x = yield row.ask(
                _QUESTION, *(media for _, media in left), name=f"media-{'url' if number > 1 else 'inline'}-{forms}",
                expects=frozenset({"in.media"}),
            )  # fmt: skip
            error = x.reply.error
            refused = [item for item in left if error and form_of(item[1]) in _forms_meant(error, item[0], left)]
            left = [item for item in left if item not in refused] if refused else []


def _forms_meant(error: Error, modality: Modality, items: Sequence[tuple[Modality, Media]]) -> set[str]:
    if error.kind != REQUEST:
        return set()
    here = [media for kind, media in items if kind == modality]
    return {form_of(media) for media in _meant(error, here, [media for _, media in items])}


def _items(row: Row, source: str, *, rare: bool | None = None) -> list[tuple[Modality, Media]]:
    end = "/url" if source == "url" else ""
    wanted = [(kind, form) for kind, forms in FORMATS.items() if f"{kind}{end}" in row.fields for form in forms]
    items = [(kind, form, media) for kind, form in wanted if (media := row.media.get(f"{form}{end}"))]
    return [(kind, media) for kind, form, media in items if rare is None or (form not in COMMON) == rare]


def _taken(row: Row, modality: Modality, form: str) -> bool:
    """Whether this kind of media was understood in any format, and this format not refused inline."""
    kind = _Kind(row, modality, lambda x, _: understood(x, modality))
    understood_inline = any(variant.endswith("/inline") for variant in kind.variants("seen"))
    return understood_inline and f"{form}/inline" not in kind.variants("refused")
