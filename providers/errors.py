"""What an error of a provider is about: the caller's account, the model, the weather, or the request itself.

Only an error about the request can say that a feature is not supported; all other kinds leave a question open.
"""

from __future__ import annotations

import re

from providers.chat import Error

# Kinds that say nothing about a feature. "request" is the one kind that may.
AUTH, BILLING, RATE, MODEL, SERVER, FORM, GENERATION, REQUEST = (
    "auth", "billing", "rate", "model", "server", "form", "generation", "request",
)  # fmt: skip

# The status decides first. A 500 that explains itself may still be about the request (ollama: "image: unknown format").
_STATUS = {401: AUTH, 402: BILLING, 407: AUTH, 408: SERVER, 429: RATE, 502: SERVER, 503: SERVER, 504: SERVER, 529: SERVER}

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (AUTH, r"api[ _-]?key|api token|unauthori[sz]ed|authenticat|credentials|insufficient permissions|forbidden"),
        (BILLING, r"insufficient[ _](funds|balance|quota|credit)|credit balance|billing|payment required|out of credit"),
        (RATE, r"rate[ _-]?limit|too many requests|resource[ _]exhausted|quota exceeded|capacity exceeded"),
        (
            MODEL,
            (
                r"model[^.]{0,60}(not found|does not exist|not exist|is not available|decommissioned|deprecated)"
                r"|invalid model|unknown model|no such model|model_not_found|no route for that uri"
                r"|unexpected model name|supported api model names|^model: .* not_found_error$"
            ),
        ),
        (SERVER, r"service unavailable|overloaded|internal (server )?error|bad gateway|upstream|timed? ?out|try again later"),
    )
)

_EXHAUSTED = re.compile(r"resource[ _]exhausted", re.IGNORECASE)

# Said of requests that the caller formed badly: they show nothing about the feature itself.
_FORM = re.compile(
    r"is required|field required|must be explicitly set|missing (required )?(field|param|propert)"
    r"|unrecogni[sz]ed (json )?syntax|could not parse the (json )?body|must be greater than `?thinking\.budget_tokens",
    re.IGNORECASE,
)

# The model tried, and what it wrote was of no use: groq's tool_use_failed and json_validate_failed, openai's "could not
# finish the message", cohere's "no valid response generated", ollama's "error parsing tool call"
# (https://github.com/ollama/ollama/issues/17638).
_GENERATION = re.compile(
    r"tool_use_failed|json_validate_failed|failed_generation|failed to (generate|call)"
    r"|error parsing tool call|could not finish the message|no valid response generated",
    re.IGNORECASE,
)

# A router that has nobody to serve the model; "not supported" is said of the model here, not of a feature.
_NO_SUCH = re.compile(r"model_not_supported|not supported by any provider", re.IGNORECASE)

# A refusal that names nothing: it speaks of whatever the request has more than one that was accepted.
GENERIC = re.compile(r"validation error|invalid argument|bad request|invalid request|unprocessable", re.IGNORECASE)

# "This is not supported", in the words that providers use for it.
UNSUPPORTED = re.compile(
    r"not (currently |yet )?(supported|enabled|allowed|available|permitted|implemented)"
    r"|n't (currently |yet )?(support|allow)|does not (currently |yet )?(support|allow|have)|do not support"
    r"|unsupported|unknown (format|parameter|field|name|argument)|unexpected keyword|extra inputs|extra fields|unrecognized"
    r"|not a (valid|supported)|must be a string|should be a valid string|input should be|must be one of|cannot be used"
    r"|only (supports?|text)|supports? only|invalid (parameter|value|content type|mime|file data)|no endpoints found that support",
    re.IGNORECASE,
)


# A server that fails may leak any complaint of its parts; only plain words make its failure a refusal.
PLAINLY = re.compile(
    r"not (currently |yet )?supported|(does not|doesn't|do not) (currently |yet )?support|unsupported|unknown format", re.IGNORECASE
)


def classify(status: int, message: str, *, code: str = "", param: str = "", type_: str = "") -> Error:
    """An Error with its kind, from the HTTP status (of the response, or named inside a 200) and the provider's words.

    A refusal of a feature outranks the status, since some servers answer it with 403 or 500; an account's trouble
    outranks the words of the request.
    """
    said = " ".join(filter(None, (message, code, type_)))
    kind = _kind(status, said)
    return Error(status, message, kind, type=type_, code=code, param=param)


def _kind(status: int, said: str) -> str:
    about = next((kind for kind, words in _WORDS if words.search(said)), "")
    if _GENERATION.search(said):
        return GENERATION
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
    if status == 403 and not UNSUPPORTED.search(said):
        return AUTH
    if UNSUPPORTED.search(said):
        return REQUEST
    if _FORM.search(said):
        return FORM
    if status >= 500:
        return SERVER
    return about or REQUEST


# The field that an error is about: "Unsupported parameter: 'x'", "this model does not support `x`".
_FIELD = re.compile(r"(?:parameter|argument|field|option|keyword|support)s?:? ['\"`]([A-Za-z_][\w.\[\]]*)['\"`]", re.IGNORECASE)


def failure_kind(error: Error) -> str:
    """The kind of an error that refuses nothing: a server that fails (5xx) does so whatever it says of the request."""
    return SERVER if error.kind == REQUEST and error.status >= 500 else error.kind


def named_field(error: Error) -> bool:
    """Whether the error names the field that it is about."""
    return bool(error.param or _FIELD.search(error.message))
