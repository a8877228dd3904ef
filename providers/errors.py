"""What an error of a provider is about: the caller's account, the model, the weather, or the request itself.

Only an error about the request can say that a feature is not supported; all other kinds leave a question open.
"""

from __future__ import annotations

import re
from functools import lru_cache

from providers.chat import Error

# Kinds that say nothing about a feature. "request" is the one kind that may. "address": the request went astray.
AUTH, BILLING, RATE, MODEL, SERVER, ADDRESS, FORM, GENERATION, REQUEST = (
    "auth", "billing", "rate", "model", "server", "address", "form", "generation", "request",
)  # fmt: skip

# Statuses that ask for another try later. A plain 500 may be the server's answer to this very question.
BUSY = frozenset({408, 425, 429, 502, 503, 504, 529})

# The status decides first. A 500 that explains itself may still be about the request (ollama: "image: unknown format").
_STATUS = {
    401: AUTH, 402: BILLING, 405: ADDRESS, 407: AUTH, 408: SERVER, 429: RATE, 451: AUTH,
    502: SERVER, 503: SERVER, 504: SERVER, 529: SERVER,
}  # fmt: skip

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (
            AUTH,
            (
                r"api[ _-]?key|api token|unauthori[sz]ed|authenticat|credentials|insufficient permissions"
                r"|(?<!extra_)forbidden"
                r"|unsupported_country|(country|countries|region|territory|location)[^.]{0,60}(not|n't|un)[ -]?(yet )?"
                r"(supported|available|served|allowed)"
                r"|not (available|supported|served) in your (country|region|location|area)"
            ),
        ),
        (
            BILLING,
            r"insufficient[ _](funds|balance|quota|credit)|credit balance|billing|payment required|out of credit",
        ),
        (RATE, r"rate[ _-]?limit|too many requests|resource[ _]exhausted|quota exceeded|capacity exceeded"),
        (
            MODEL,
            (
                r"model[^.]{0,60}(not found|does not exist|not exist|is not available|decommissioned|deprecated)"
                r"|invalid model|unknown model|no such model|model_not_found|no route for that uri"
                r"|unexpected model name|supported api model names|^model: .* not_found_error$"
            ),
        ),
        (
            SERVER,
            r"service unavailable|overloaded|internal (server )?error|bad gateway|upstream|timed? ?out|try again later",
        ),
    )
)

_EXHAUSTED = re.compile(r"resource[ _]exhausted", re.IGNORECASE)

# Said of an address that is none: what was asked never reached a model.
_ADDRESS = re.compile(
    r"invalid url \(|\b404[ :_-]*(page )?not[ _]found|\bpage not found|method not allowed|cannot (get|post|put) /"
    r"|unknown (url|endpoint|route)"
    r"|no such (endpoint|route|path|url)"
    r"|(requested )?(url|resource|path|route|endpoint)\b[^.]{0,80}(was |is )?not (found|exist)"
    r"|did you mean to (get|post)|^\W*not[ _]found\W*$",
    re.IGNORECASE,
)

# Said of requests that the caller formed badly: they show nothing about the feature itself.
_FORM = re.compile(
    r"is required|field required|must be explicitly set|missing (required )?(field|param|propert)"
    r"|unrecogni[sz]ed (json )?syntax|could not parse the (json )?body|must be greater than `?thinking\.budget_tokens",
    re.IGNORECASE,
)

# Likewise, whatever else the words say: an empty name, a turn that lacks what was to be sent back or comes in another
# form.
_ILL_FORMED = re.compile(
    r"'content' field must be a string"
    r"|(missing|must be passed back|must include|requires?)[^.]{0,40}\breasoning_content"
    r"|reasoning_content[^.]{0,60}(missing|is required|must be (passed|sent|provided|included))"
    r"|thought[ _]?signature|signature[^.]{0,40}\bthinking"
    r"|\bname\b[^.]{0,40}(empty string|(cannot|can't|must not|may not) be (empty|blank))"
    r"|string_too_short|string should have at least 1 char",
    re.IGNORECASE,
)

# "This key is not known": where it stands within a turn or within a field, and is no name of a feature, the client
# made it up.
_UNKNOWN_KEY = re.compile(
    r"extra[ _](inputs|fields|forbidden)|unknown (parameter|field|name|key|argument)"
    r"|unrecogni[sz]ed (key|field|param|request arg)"
    r"|additional propert|property '[^']*' is unsupported|unexpected (key|property|field)",
    re.IGNORECASE,
)
_PATH = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|\[)[\w$]+\]?)+")
_FEATURES = re.compile(
    r"schema|strict|json|type|function|tool|image|audio|sound|video|file|document|url|source|cit|search|stop|seed"
    r"|token|logprob|^content"
    r"|format|parameters|modalit|think|reason(?!ing_content)|cache",
    re.IGNORECASE,
)

# The model tried, and what it wrote was of no use: groq's tool_use_failed and json_validate_failed, openai's "could not
# finish the message", cohere's "no valid response generated", ollama's "error parsing tool call"
# (https://github.com/ollama/ollama/issues/17638).
_GENERATION = re.compile(
    r"tool_use_failed|json_validate_failed|failed_generation|failed to (generate|call)"
    r"|error parsing tool call|could not finish the message|no valid response generated"
    r"|could(n['\u2019]?t| not) be met|^(?:\w*error: )?5024\b",  # the page on JSON mode names it
    re.IGNORECASE,
)

# A router that has nobody to serve the model; "not supported" is said of the model here, not of a feature.
_NO_SUCH = re.compile(r"model_not_supported|not supported by any provider", re.IGNORECASE)

# A refusal that names nothing: it speaks of whatever the request has more than one that was accepted.
GENERIC = re.compile(r"validation error|invalid argument|bad request|invalid request|unprocessable", re.IGNORECASE)

# "This is not supported", in the words that providers use for it.
UNSUPPORTED = re.compile(
    r"not (currently |yet )?(supported|enabled|allowed|available|permitted|implemented)"
    r"|n['\u2019]?t (currently |yet )?(su+p+ort|allow)|does not (currently |yet )?(support|allow|have)|do not support"
    r"|unsupported|unknown (format|parameter|field|name|argument|variant)|invalid type: (sequence|map)"
    r"|extra_forbidden|unexpected keyword|extra inputs|extra fields|unrecognized"
    r"|not a (valid|supported)|must be a string|should be a valid string|input should be|must be one of|cannot be used"
    r"|only (supports?|text)|supports? only|\bhas no (such |support|\w+ (support|capabilit|feature))"
    r"|invalid (parameter|value|content type|mime|file data)|no endpoints found that support",
    re.IGNORECASE,
)


# A server that fails may leak any complaint of its parts; only plain words make its failure a refusal.
PLAINLY = re.compile(
    r"not (currently |yet )?supported|(does not|do not|n['\u2019]?t) (currently |yet )?su+p+ort|unsupported"
    r"|unknown format"
    r"|\bhas no (such |support|\w+ (support|capabilit|feature))",
    re.IGNORECASE,
)

# Plain words about what the model itself can do; these outrank a status that speaks of the caller's rights.
_INCAPABLE = re.compile(
    r"\bmodel\b[^.]{0,60}(does not|do not|n['\u2019]?t) (currently |yet )?su+p+ort|\bmodel\b[^.]{0,60}\bhas no\b"
    r"|not (currently |yet )?(supported|available|enabled) (by|for|with|on) (this|the|that) model",
    re.IGNORECASE,
)
_ENTITLED = re.compile(
    r"\b(plan|tier|subscription|account|organi[sz]ation|project|region|country|license|quota|api[ _-]?key"
    r"|permission)s?\b",
    re.IGNORECASE,
)


def classify(status: int, message: str, *, code: str = "", param: str = "", type_: str = "", place: str = "") -> Error:
    """An Error with its kind, from the HTTP status (of the response, or named inside a 200) and the provider's words.

    A refusal of a feature outranks the status, since some servers answer it with 403 or 500; an account's trouble
    outranks the words of the request. `place` is the whole path of the field, where the error tells it beside its name.
    """
    said = " ".join(filter(None, (message, code, type_)))
    kind = FORM if _made_up(said, place or param) and status < 500 else _kind(status, said, code)
    return Error(status, message, kind, type=type_, code=code, param=param or _named(message))


def _named(message: str) -> str:
    """The parameter that a message begins by naming, where the error has no field for it."""
    match = re.match(r"unsupported parameter: ['\"`]([\w.\[\]]+)['\"`]", message, re.IGNORECASE)
    return match[1] if match else ""


def _made_up(said: str, place: str) -> bool:
    """Whether a key is refused that stands within another field and names nothing that an API could have."""
    if not _UNKNOWN_KEY.search(said):
        return False
    path = max(_PATH.findall(place) or _PATH.findall(said), key=len, default="")
    names = [name for name in re.split(r"[.\[\]]+", path) if name and not name.isdigit() and name != "body"]
    return len(names) > 1 and not _FEATURES.search(names[-1])


@lru_cache(256)  # servers say the same again and again
def _kind(status: int, said: str, code: str = "") -> str:
    about = next((kind for kind, words in _WORDS if words.search(said)), "")
    if _GENERATION.search(said) or code == "5024":
        return GENERATION
    if _ILL_FORMED.search(said) and status < 500:
        return FORM
    if status not in (401, 402, 429) and status < 501 and _INCAPABLE.search(said) and not _ENTITLED.search(said):
        return REQUEST
    if about == AUTH and status in (400, 422) and "extra_forbidden" in said:
        return REQUEST  # a key of the JSON, not of the account
    if _NO_SUCH.search(said):
        return MODEL
    if status == 429 and about == BILLING and _EXHAUSTED.search(said):
        return RATE  # the limits of a minute, which a larger plan would raise
    if status == 429 and about == AUTH:  # of whose key there were too many requests
        return RATE
    if about in (AUTH, BILLING, RATE, MODEL) and not (about == MODEL and UNSUPPORTED.search(said) and status != 404):
        return about
    if status in _STATUS:
        return _STATUS[status]
    if _ADDRESS.search(said) or (status == 404 and not UNSUPPORTED.search(said)):
        return ADDRESS
    entitled = _ENTITLED.search(said) and not re.search(r"\band model\b", said)
    if status == 403 and (entitled or not UNSUPPORTED.search(said)):
        return AUTH
    if UNSUPPORTED.search(said):
        return REQUEST
    if _FORM.search(said):
        return FORM
    if status >= 500:
        return SERVER
    return about or REQUEST


# The field that an error is about: "Unsupported parameter: 'x'", "this model does not support `x`".
_FIELD = re.compile(
    r"(?:parameter|argument|field|option|keyword|support)s?:? ['\"`]([A-Za-z_][\w.\[\]]*)['\"`]",
    re.IGNORECASE,
)


def failure_kind(error: Error) -> str:
    """The kind of an error that refuses nothing: a server that fails (5xx) does so whatever it says of the request."""
    return SERVER if error.kind == REQUEST and error.status >= 500 else error.kind


def named_field(error: Error) -> bool:
    """Whether the error names the field that it is about."""
    return bool(error.param or _FIELD.search(error.message))
