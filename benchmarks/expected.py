"""What each behaviour of an emulated capability must be told as."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from probes.row import bare

NO = "unsupported"
YES = {"supported"}
REJECTED, IGNORED, GARBLED, FALSE = {f"{NO} rejected"}, {f"{NO} ignored"}, {f"{NO} malformed"}, {f"{NO} wrong"}


def _of(
    ignores: set[str], malformed: set[str], wrong: set[str], rejects: set[str] | None = None
) -> dict[str, set[str]]:
    return {
        "works": YES, "rejects": REJECTED if rejects is None else rejects, "ignores": ignores,
        "malformed": malformed, "wrong": wrong,
        # One sample settles what is seen; three that are not are three of as many.
        "flaky": YES | {"flaky"} | ignores,
    }  # fmt: skip


def _each(**told: set[str]) -> dict[str, set[str]]:
    return {"works": YES, "flaky": YES | {"flaky"} | told["ignores"]} | told


_MEDIA = _of(IGNORED, FALSE, FALSE)
# An answer can always be given without these, so that a model which has none of them says nothing of it.
_SILENT = {"rejects": IGNORED}
EXPECTED: dict[str, dict[str, set[str]]] = {
    # Where no text is taken there is no question left to judge by.
    "in.text": _of(FALSE, FALSE | GARBLED, FALSE, REJECTED | {"unknown gated", "unknown model"}),
    "in.image": _MEDIA,
    "in.audio": _MEDIA,
    "in.video": _MEDIA,
    "in.document": _MEDIA,
    # By form: any text will do, also one that means nothing.
    "out.text": _of(FALSE, GARBLED, YES),
    # An empty picture is none, or a wrong one.
    "out.image": _of(IGNORED, GARBLED, IGNORED | FALSE),
    "out.audio": _of(IGNORED, GARBLED, IGNORED | FALSE),
    "json": _of(GARBLED, GARBLED, YES),
    "schema": _of(GARBLED, GARBLED, GARBLED),
    "tools": _of(IGNORED, GARBLED, FALSE),
    "tools.forced": _of(IGNORED, GARBLED, IGNORED),
    "tools.unbiased": _of(FALSE, FALSE, FALSE, FALSE),
    "tools.decisive": _of(FALSE, FALSE, FALSE, FALSE),
    # Queries without sources are a search as well, where the API shows them.
    "web_search": _of(IGNORED, GARBLED, YES | IGNORED),
    "batch": _of({"unknown pending"}, GARBLED, FALSE),
    # Whatever is wrong with the file, the answer has nothing of it.
    "file": _of(IGNORED, IGNORED, IGNORED),
    "cite": _of(IGNORED, GARBLED, FALSE),
    "seed": _of(IGNORED, IGNORED, IGNORED),
    "max_tokens": _of(IGNORED, IGNORED, FALSE),
    # Where it ends is what counts; a finish reason that tells of something else is told by its own cell.
    "stop": _of(IGNORED, YES, FALSE),
    "logprobs": _of(IGNORED, GARBLED | IGNORED, FALSE),
    "limits": _of(IGNORED, GARBLED, FALSE, IGNORED),
    "usage": _of(IGNORED, GARBLED, FALSE, IGNORED),
    # "length" on a long text without a cap may be true.
    "finish": _of(IGNORED, GARBLED, FALSE | {"flaky"}, IGNORED),
    # The finer points of calls and streams, asked with `--deep`: each only in the ways in which it can go wrong.
    "tools.none": _each(rejects=REJECTED, ignores=IGNORED),
    "tools.named": _each(rejects=REJECTED, ignores=IGNORED, wrong=FALSE),
    "tools.parallel": _each(ignores=IGNORED),
    "tools.serial": _each(rejects=REJECTED, ignores=IGNORED),
    "tools.empty": _each(rejects=REJECTED, ignores=IGNORED, malformed=GARBLED, wrong=GARBLED),
    "tools.nested": _each(rejects=REJECTED, ignores=IGNORED, malformed=GARBLED, wrong=FALSE),
    "tools.schema": _each(rejects=REJECTED, ignores=GARBLED, malformed=GARBLED, wrong=GARBLED),
    "stream.ends": _each(ignores=IGNORED),
    "stream.finish": _each(ignores=IGNORED),
    "stream.role": _each(ignores=IGNORED),
    "stream.usage": _each(ignores=IGNORED),
    "stream.calls": _each(ignores=GARBLED, malformed=GARBLED),
    "stream.agrees": {"works": YES, "wrong": FALSE},
}

# What an API has no place for at all, so that it is told as ignored whatever the switchboard says.
ABSENT: dict[str, set[str]] = {
    "bfl": {"finish", "usage"},  # https://docs.bfl.ai/api-reference: a cost and megapixels
    # The output of text generation: https://developers.cloudflare.com/workers-ai/models/.
    "cloudflare": {"finish", "stream.finish"},
    # No such headers, not even with a 429: https://ai.google.dev/gemini-api/docs/rate-limits; a text can be attached,
    # but nothing points into it: https://ai.google.dev/api/generate-content.
    "gemini": {"limits", "cite"},
    "imagen": {"limits", "usage", "finish"},  # pictures and their types: https://ai.google.dev/gemini-api/docs/imagen
    "ollama": {"limits"},  # https://docs.ollama.com/api
    "openai_images": {"finish"},  # https://platform.openai.com/docs/api-reference/images
    "prompt_image": {"finish", "limits", "usage"},  # the answer is the picture itself
}
# What an API says or does in its own way: (wire, mode, cell, behaviour), and what must be told then, with the page that
# says so.
OWN: dict[tuple[str, str, str, str], set[str]] = {
    # https://docs.claude.com/en/docs/build-with-claude/extended-thinking: a call cannot be forced while thinking, and
    # the cap must be greater than the budget of thinking, which is at least 1,024.
    ("anthropic", "*+thinking", "tools.forced", "*"): REJECTED,
    ("anthropic", "*+thinking", "tools.named", "*"): REJECTED,
    ("anthropic", "*+thinking", "max_tokens", "*"): {"unknown form", "unknown not_asked"},
    # https://developers.cloudflare.com/workers-ai/features/json-mode/: "JSON Mode currently doesn't support streaming".
    ("cloudflare", "stream", "json", "*"): REJECTED,
    ("cloudflare", "stream", "schema", "*"): REJECTED,
    ("cloudflare", "stream", "tools.schema", "*"): REJECTED,
    # No reason is given, so that the mark is the only end that a stream has.
    ("cloudflare", "stream*", "stream.ends", "ignores"): {"unknown cut", f"{NO} breaks"},
    ("cloudflare", "stream*", "stream.ends", "flaky"): {"unknown cut", f"{NO} breaks"} | YES,
    # Where no reason is given, the provider's own count tells of a cut.
    ("cloudflare", "*", "max_tokens", "wrong"): YES,
    # "No such model X or task" is said of both.
    ("cloudflare", "*", "out.text", "rejects"): {"unknown model"},
    # One header holds all; what cannot be read there is not there.
    ("cloudflare", "*", "limits", "malformed"): IGNORED,
    # The reason is the only end that a stream has: https://ai.google.dev/api/generate-content#FinishReason.
    ("gemini", "stream*", "finish", "ignores"): IGNORED | {"unknown cut", f"{NO} breaks"},
    ("gemini", "stream*", "finish", "rejects"): IGNORED | {"unknown cut", f"{NO} breaks"},
    ("gemini", "stream*", "finish", "flaky"): IGNORED | {"unknown cut", f"{NO} breaks", "flaky"} | YES,
    ("gemini", "stream*", "stream.finish", "ignores"): {"unknown cut", f"{NO} breaks"},
    ("gemini", "stream*", "stream.finish", "flaky"): {"unknown cut", f"{NO} breaks"} | YES,
    # Zeros are left out: https://protobuf.dev/programming-guides/json/.
    ("gemini", "*", "usage", "wrong"): IGNORED,
    # Searches have an endpoint of their own, whose answers have no reason: https://docs.mistral.ai/api (conversations).
    ("mistral", "*", "finish", "works"): {"flaky"},
    ("mistral", "*", "out.text", "rejects"): {"unknown model"},
    # A model that can think does, unless it is told not to, and spends the cap on that:
    # https://docs.ollama.com/capabilities/thinking.
    ("ollama", "*", "max_tokens", "malformed"): IGNORED | YES,
    # Arguments are objects there, so that a server which cannot read a call fails.
    ("ollama", "*", "tools.empty", "malformed"): {f"{NO} breaks"},
    ("ollama", "*", "tools.nested", "malformed"): {f"{NO} breaks"},
    ("ollama", "*", "stream.calls", "malformed"): {f"{NO} breaks"},
    # https://docs.cohere.com/docs/structured-outputs: no JSON mode beside tools.
    ("cohere", "*", "tools.schema", "*"): REJECTED,
    # "models/X is not found for API version v1beta, or is not supported for predict" is said of both.
    ("imagen", "*", "out.image", "rejects"): {"unknown model"},
    # A body without predictions is none: https://ai.google.dev/gemini-api/docs/imagen.
    ("imagen", "*", "out.image", "ignores"): {"unknown unreadable"},
    ("imagen", "*", "out.image", "flaky"): {"unknown unreadable", "flaky"} | YES,
    # A file goes up for an account, whatever the model, and no question to this one can carry it.
    ("imagen", "*", "file", "*"): YES,
    # All models draw; a fill model without a picture to fill is the nearest to a refusal: the field is missing, says
    # the API.
    ("bfl", "*", "out.image", "rejects"): {"unknown form"},
    # Nothing at all for a picture: https://github.com/pollinations/pollinations/blob/master/APIDOCS.md.
    ("prompt_image", "*", "out.image", "flaky"): {"unknown unreadable", "flaky"} | YES,
    ("prompt_image", "*", "out.image", "ignores"): {"unknown unreadable"} | IGNORED,
    ("prompt_image", "*", "out.image", "wrong"): {"unknown unreadable"} | IGNORED,
    # An address is given, at which nobody looks.
    ("bfl", "*", "out.image", "malformed"): YES,
    ("bfl", "*", "out.image", "wrong"): YES | IGNORED,
}
# What cannot be: (wire, cell, behaviour). A field that an API demands cannot be refused by it; the mark at the end of
# a stream cannot be left out where it holds the answer's end, nor a role or an index for which there is no field.
IMPOSSIBLE = {
    ("anthropic", "max_tokens", "rejects"), ("anthropic", "stream.calls", "ignores"),
    ("cloudflare", "stream.calls", "ignores"), ("cloudflare", "stream.role", "ignores"),
    *(
        (wire, cell, "ignores")
        for wire in ("cohere", "gemini", "ollama", "openai_responses")
        for cell in ("stream.ends", "stream.role", "stream.calls")
    ),
}  # fmt: skip


def _family(prefix: str) -> Callable[[str], bool]:
    return lambda other: other.startswith(prefix)


def _nothing(_: str) -> bool:
    return False


def _everything(_: str) -> bool:
    return True


# What the end of a stream is told by, and nothing else.
_ENDS = {("gemini", "finish"), ("gemini", "stream.finish"), ("cloudflare", "stream.ends")}

# What may become of a question to a model that only draws, where its words are not heeded.
_UNKNOWN = {
    "unknown gated",
    "unknown unreadable",
    "unknown not_asked",
    "unknown form",
    "unknown unsure",
    "unknown model",
}

# Cells that depend on a capability, and so may differ with it; all others may not.
BESIDE: dict[str, Callable[[str], bool]] = dict.fromkeys(EXPECTED, _nothing) | {
    # Whether a text was cut, and why, is told by its finish reason.
    "max_tokens": _family("finish"),
    "stop": _family("finish"),
    "usage": lambda other: other in ("max_tokens", "stream.usage"),
    "in.document": lambda other: other in ("cite", "file"),
    "web_search": lambda other: other in ("finish", "stream.finish"),
    # What an answer lacks that is said to be cut may have been cut away.
    "finish": lambda other: other in ("max_tokens", "stop", "cite", "stream.finish", "stream.ends"),
    "in.text": _everything,
    "out.text": _everything,
    "tools": lambda other: other.startswith("tools") or other == "stream.calls",
    "tools.forced": lambda other: other.startswith("tools") or other == "stream.calls",
    "stream.calls": lambda other: other.startswith("tools.") or other == "stream.agrees",
    "tools.empty": _family("stream.calls"),
    "tools.nested": _family("stream.calls"),
    "stream.finish": lambda other: other in ("stream.agrees", "stream.ends"),
    "stream.usage": _family("stream.agrees"),
    # Two calls for one question, with broken arguments or not, are two values of one enum.
    "tools.unbiased": _family("tools."),
    "tools.decisive": _family("tools."),
}


def may_differ(wire: str, mode: str, cell: str, other: str, fields: frozenset[str]) -> bool:
    """Whether another cell may be told otherwise than where all works."""
    if (wire, cell) in _ENDS and mode.startswith("stream"):
        return True
    if "text" not in fields and cell in ("in.text", "out.image"):
        return True  # of a model that only draws there is nothing else to judge by
    # The times of a stream are those of the machine.
    return other in (cell, "stream.flows") or BESIDE[cell](other)


def expected_of(
    wire: str, mode: str, cell: str, behaviour: str, fields: frozenset[str], proves: frozenset[str]
) -> set[str]:
    """What must be told; of a field that the wire does not have, that it has none."""
    for (own_wire, own_mode, own_cell, own_behaviour), told in OWN.items():
        if (
            (own_wire, own_cell) == (wire, cell)
            and fnmatchcase(mode, own_mode)
            and fnmatchcase(behaviour, own_behaviour)
        ):
            return told
    if not proves <= bare(fields):
        # That no requests to a service are known here says nothing of what an API has.
        return {"unknown not_asked"} if proves & {"batch", "file"} else {f"{NO} not_expressible"}
    if "text" not in fields and cell == "in.text":
        drawn = behaviour in ("works", "flaky")
        return (YES if drawn else set()) | (set() if behaviour == "works" else IGNORED | FALSE | _UNKNOWN)
    if "text" not in fields and proves & {"image", "seed"}:
        return {
            "unknown not_asked"
        }  # these questions want a text for an answer, which a model that only draws has none of
    if (cell, behaviour) == ("max_tokens", "malformed") and mode.endswith("+thinking"):
        return EXPECTED[cell][behaviour] | YES  # thrice the cap, most of it spent on thinking, is no long answer
    return IGNORED if cell in ABSENT.get(wire, ()) else EXPECTED[cell][behaviour]
