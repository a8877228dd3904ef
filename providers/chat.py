"""The neutral vocabulary: what is asked of a model (`Ask`) and what came back (`Reply`).

Every wire format translates between these and its own HTTP bodies; every probe knows nothing else. All values are
frozen. Names follow the field's usual terms (OpenAI, Anthropic and Google agree on most of them).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from msgspec import Struct, structs

Modality = Literal["text", "image", "audio", "video", "document"]
Role = Literal["system", "user", "assistant"]
ToolChoice = Literal["auto", "required", "none"]
Finish = Literal["stop", "stop_sequence", "length", "tool_calls", "content_filter", "error", "other"]

TEXT: tuple[Modality, ...] = ("text",)


class Text(Struct, frozen=True, tag="text"):
    """Plain text within a message."""

    text: str


class Media(Struct, frozen=True, tag="media"):
    """A picture, a sound, a video or a document (PDF), either inline (`data`) or by `url`.

    `word` is what it plainly shows or says. It is never sent: a judge compares the answer with it. `upload`: it goes up
    by the API's file service first, and the question names it by the id that it got there.
    """

    modality: Modality
    mime: str
    data: bytes = b""
    url: str = ""
    word: str = ""
    upload: bool = False


class Document(Struct, frozen=True, tag="document"):
    """A text attached to be cited, apart from the conversation."""

    text: str
    title: str = ""
    mime: str = "text/plain"


class ToolCall(Struct, frozen=True, tag="call"):
    """A call of a tool by the model. `arguments` is None where they are no JSON object; `raw` keeps what was sent."""

    name: str
    arguments: dict[str, Any] | None = None
    raw: str = ""
    id: str = ""


class ToolResult(Struct, frozen=True, tag="result"):
    """What the caller's tool answered, fed back to the model."""

    content: str
    name: str = ""
    id: str = ""


Part = Text | Media | Document | ToolCall | ToolResult


class Message(Struct, frozen=True):
    """One turn. `raw` is the provider's own form of an assistant's turn, echoed as it was where the wire asks for it
    (signatures of thinking, reasoning items); it is opaque outside the wire that made it.
    """

    role: Role
    parts: tuple[Part, ...]
    raw: Any = None


class Tool(Struct, frozen=True):
    """A function that the model may call. `parameters` is a JSON Schema of type object."""

    name: str
    description: str
    parameters: dict[str, Any]


class Ask(Struct, frozen=True, dict=True):
    """One question to a model, in neutral terms.

    `name` tells the question from the others of its row: equal names are the same question, asked once and shared.
    Recordings made by others are found by it. `thinking` is None where the model leaves no choice.

    named_tool: the tool that the choice names, where it names one; `tool_choice` is then "required".
    strict: whether the request says that the schema is to be followed strictly; None where it does not say.
    usage: whether tokens are to be counted in the answer: asked for, or the API always does.
    parallel: whether several calls at once are allowed; None where the request does not say.
    sampling: temperature, top_p and the like, by their names as sent, sorted; two requests that differ in them differ.
    expects: names of features that a good answer must show ("tools": a call is called for; "web_search"). Only the
    asker knows them; they are never sent.
    batch: the id of the question among those of a batch, where it is answered by the API's service for them; else "".
    Of these but named_tool, parallel and batch none is among `features`.
    """

    messages: tuple[Message, ...]
    name: str = ""
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top_logprobs: int | None = None
    json: bool = False
    schema: dict[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = "auto"
    web_search: bool = False
    outputs: tuple[Modality, ...] = TEXT
    thinking: bool | None = None
    stream: bool = False
    named_tool: str = ""
    strict: bool | None = None
    usage: bool = True
    parallel: bool | None = None
    sampling: tuple[tuple[str, float], ...] = ()
    expects: frozenset[str] = frozenset()
    batch: str = ""

    @classmethod
    def text(cls, text: str, *parts: Part, **options: Any) -> Ask:
        """A single user message: the text, then the parts."""
        return cls(messages=(Message("user", (Text(text), *parts)),), **options)

    def parts(self) -> list[Part]:
        """All parts of all messages, in order."""
        return [part for message in self.messages for part in message.parts]

    def media(self) -> list[Media]:
        """All media parts, in order."""
        return [part for part in self.parts() if isinstance(part, Media)]

    @cached_property
    def features(self) -> frozenset[str]:
        """What the question carries beyond plain text, as names that `Wire.fields` uses as well.

        Options give the name of their field, media their modality (`image`, `image/url`), documents `documents`,
        wanted outputs `output/image` and so on; plain text asked for gives `text`. Media that are uploaded first give
        `file`, whatever they are. Calls that are forbidden give `tool_choice/none` beside `tool_choice`.
        """
        found = {name for name in _OPTIONS if getattr(self, name) != _DEFAULTS[name]}
        if self.parallel:  # as APIs have it where nothing is said
            found.discard("parallel")
        if self.tool_choice == "none":  # not every API that lets calls be demanded lets them be forbidden
            found.add("tool_choice/none")
        for part in self.parts():
            match part:
                case Media(upload=True):
                    found.add("file")
                case Media():
                    found.add(f"{part.modality}/url" if part.url else part.modality)
                case Document():
                    found.add("documents")
        found.update("text" if output == "text" else f"output/{output}" for output in self.outputs)
        return frozenset(found)


_OPTIONS = (
    "max_tokens", "seed", "stop", "top_logprobs", "json", "schema", "tools", "tool_choice", "named_tool", "web_search",
    "batch", "parallel",
)  # fmt: skip
_DEFAULTS = {f.name: f.default for f in structs.fields(Ask)}


class Usage(Struct, frozen=True):
    """Tokens as the provider counted them. `output` includes thinking where the provider says so."""

    input: int
    output: int
    thinking: int = 0


class Citation(Struct, frozen=True):
    """A pointer from the answer into a document of the Ask: its index, the text quoted, where in the answer."""

    document: int | str
    quote: str = ""
    start: int | None = None
    end: int | None = None


class Source(Struct, frozen=True):
    """A web page that a search of the provider's own brought up."""

    url: str
    title: str = ""


class TokenLogprob(Struct, frozen=True):
    """A token of the answer, its log-probability, and the alternatives at its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class Limit(Struct, frozen=True):
    """One rate limit as told by the response headers. Numbers as sent; None where the header is absent."""

    name: str
    limit: float | None = None
    remaining: float | None = None


class Error(Struct, frozen=True):
    """An error in the provider's words. `kind` says what it is about (see `providers.errors`)."""

    status: int
    message: str
    kind: str = "request"
    type: str = ""
    code: str = ""
    param: str = ""


class Chunk(Struct, frozen=True):
    """A piece of a streamed body: its length in bytes, and seconds since the request was sent (None: not recorded)."""

    size: int
    at: float | None = None


class Streamed(Struct, frozen=True):
    """How a stream told of its answer. `end`: the mark that ended it, as its API documents one ("[DONE]",
    "message_stop"); empty where none came. `role`: whether it was said who speaks. `defects`: what is not well formed
    in the pieces of its calls, in words (an index or id that is missing, two calls under one index, a name twice).
    `untyped`: whether a call came without its type, as its API allows. `counted_in`: the field that counts its tokens,
    where that is another one than `usage` of its events ("x_groq.usage").
    """

    end: str = ""
    role: bool = True
    defects: tuple[str, ...] = ()
    untyped: bool = False
    counted_in: str = ""


class Job(Struct, frozen=True):
    """What became of a question that a service of the API served: a batch, or a file that was uploaded for it.

    kind: "batch" or "file". id: what the service calls it; empty where it made none. state: of a batch pending, ended,
    failed, expired or cancelled; malformed or wrong where its results are, in which case `said` tells how; of a file
    "uploaded". results: how many results of it were fetched, of so many `requests` as it counts. deleted: whether what
    was made was deleted.
    """

    kind: Literal["batch", "file"]
    id: str = ""
    state: str = ""
    results: int = 0
    requests: int = 0
    deleted: bool = False
    said: str = ""

    @property
    def pending(self) -> bool:
        """Whether it was submitted, and has not ended."""
        return self.kind == "batch" and self.state == "pending"


class Reply(Struct, frozen=True):
    """What a provider answered, in neutral terms.

    Thinking is kept apart from `text` in whatever dress it came. `refusal` is a refusal of content in the model's own
    words, where the wire keeps it apart from the text. `finish` is None where the wire said nothing.
    `unknown` lists wire fields that the driver did not know. `cut` says how a stream or body ended too early.
    `failed` is what tools of the provider's own failed at. `warnings` are what the provider said beside a successful
    answer (that it did not heed a field, say). `repairs` are what a reader had to make good, in words: a client that
    keeps to the documentation would fail at it. `streamed` is how a streamed answer came, None for a plain one.
    `job` is what became of it at a service of the API's, None where none served it.
    """

    status: int = 200
    text: str = ""
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()
    media: tuple[Media, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    usage: Usage | None = None
    finish: Finish | None = None
    finish_raw: str = ""
    citations: tuple[Citation, ...] = ()
    sources: tuple[Source, ...] = ()
    searches: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    error: Error | None = None
    model: str = ""
    turn: Message | None = None
    chunks: tuple[Chunk, ...] = ()
    cut: str = ""
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    refusal: str = ""
    repairs: tuple[str, ...] = ()
    streamed: Streamed | None = None
    job: Job | None = None

    @property
    def empty(self) -> bool:
        """True when nothing that a caller could use came back, thinking not counted."""
        return not (self.text.strip() or self.calls or self.media)
