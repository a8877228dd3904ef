"""Question and Answer: what a wire asks of the brain and what it gets, in no API's words."""

from dataclasses import dataclass, field
from typing import Any, Literal

Modality = Literal["image", "audio", "video", "document"]
Finish = Literal["stop", "stop_sequence", "length", "tools", "none", "garbage"]

_FORMATS = {
    "jpeg": "jpg",
    "mpeg": "mp3",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "x-flac": "flac",
    "mp4": "mp4",
    "plain": "txt",
    "markdown": "md",
    "x-m4a": "m4a",
}


@dataclass(slots=True)
class Media:
    """A picture, sound, film or document in a question: its bytes or its address."""

    modality: Modality
    mime: str
    data: bytes = b""
    url: str = ""
    file_id: str = ""
    title: str = ""
    cite: bool = False

    @property
    def format(self) -> str:
        """The format's short name, as a file would be called: png, mp3, pdf, ..."""
        if self.url and "." in self.url.rsplit("/", 1)[-1]:
            return self.url.split("?", 1)[0].rsplit(".", 1)[-1].lower()
        subtype = self.mime.split(";", 1)[0].rsplit("/", 1)[-1].lower()
        return _FORMATS.get(subtype, subtype)

    @property
    def variant(self) -> str:
        """The capability of reading just this, e.g. "in.image/png/inline"."""
        way = "file" if self.file_id else "url" if self.url else "inline"
        return f"in.{self.modality}/{self.format}/{way}"

    @property
    def text(self) -> str | None:
        """The words of a document that is plain text or markdown."""
        if self.modality == "document" and self.data and self.format in ("txt", "md", "csv", "html", "json"):
            return self.data.decode("utf-8", "replace")
        return None


@dataclass(slots=True)
class Tool:
    """A function that the model may call."""

    name: str
    description: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Question:
    """One request to the model."""

    model: str
    stream: bool = False
    thinking: bool = False
    turns: list[tuple[str, str]] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    tool_choice: str = "auto"  # "auto", "none", "any" or a tool's name
    parallel: bool = True  # whether several calls may come at once
    json: bool = False
    schema: dict[str, Any] | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    seed: int | None = None
    top_logprobs: int | None = None
    web_search: bool = False
    wanted: frozenset[str] = frozenset({"text"})
    usage_asked: bool = False

    @property
    def mode(self) -> str:
        return ("stream" if self.stream else "sync") + ("+thinking" if self.thinking else "")

    def say(self, role: str, text: str) -> None:
        """Adds a turn. Results of tools before a new turn of the user are history, not the matter at hand."""
        if not text.strip():
            return
        if role == "user":
            self.results.clear()
        self.turns.append((role, text))

    @property
    def last(self) -> str:
        """What the user said last: all of it, when it came in several parts."""
        said: list[str] = []
        for role, text in reversed(self.turns):
            if role == "user":
                said.append(text)
            elif said:
                break
        return "\n".join(reversed(said))

    @property
    def system(self) -> str:
        return "\n".join(text for role, text in self.turns if role in ("system", "developer"))


@dataclass(slots=True)
class Call:
    """A tool call; the arguments are JSON text, which a malformed one is not."""

    id: str
    name: str
    arguments: str


@dataclass(slots=True)
class Drawn:
    """A picture or a sound that the model made."""

    modality: str
    mime: str
    data: bytes
    transcript: str = ""


@dataclass(slots=True)
class Token:
    """A token of the text with its log-probability, and the likeliest tokens at its place."""

    text: str
    logprob: float
    top: list[tuple[str, float]]


@dataclass(slots=True)
class Citation:
    """A passage of a given document: its characters start to end, end excluded."""

    document: int
    title: str
    start: int
    end: int
    text: str
    paged: bool = False


@dataclass(slots=True)
class Source:
    """A web page that a search found."""

    url: str
    title: str
    snippet: str


@dataclass(slots=True)
class Usage:
    """Counts of tokens; the output holds the thinking."""

    input: int
    output: int
    thinking: int = 0


@dataclass(slots=True)
class Limits:
    """Rate limits, as text for headers."""

    requests: str = "500"
    requests_left: str = "499"
    requests_reset: str = "0.12"
    tokens: str = "30000"
    tokens_left: str = "29900"
    tokens_reset: str = "0.2"


@dataclass(slots=True)
class Answer:
    """The model's answer. `broken` names what the wire has to send out of shape, `lacks` what its stream leaves out."""

    model: str
    text: str = ""
    thinking: str = ""
    calls: list[Call] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    logprobs: list[Token] | None = None
    citations: list[Citation] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    finish: Finish = "stop"
    stopped_by: str = ""
    usage: Usage | None = None
    limits: Limits | None = None
    broken: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
