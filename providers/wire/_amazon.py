"""What the wires of Amazon Bedrock share: models in the URL, errors named by a header or by a frame.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (errors),
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html (the list, which is of another
host).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from urllib.parse import unquote, urlsplit

from msgspec import structs

from providers.base import Request, Response
from providers.chat import Reply
from providers.errors import AUTH, BILLING, MODEL, RATE, SERVER
from providers.wire._event_stream import Frame
from providers.wire._http import listing
from providers.wire._json import loads
from providers.wire._trouble import failed, failure

PATH = re.compile(r"/model/(?P<model>.+)/(?P<verb>[a-z-]+)$")
# The status and the kind of each documented error; one of validation is about the request, unless its words name the
# model.
_ERRORS: dict[str, tuple[int, str]] = {
    "accessdenied": (403, AUTH), "unrecognizedclient": (403, AUTH), "expiredtoken": (403, AUTH),
    "invalidsignature": (403, AUTH),
    "missingauthenticationtoken": (403, AUTH), "resourcenotfound": (404, MODEL), "throttling": (429, RATE),
    "servicequotaexceeded": (400, BILLING), "modelnotready": (429, SERVER), "modeltimeout": (408, SERVER),
    "internalserver": (500, SERVER), "internalfailure": (500, SERVER), "serviceunavailable": (503, SERVER),
    "modelerror": (424, SERVER), "modelstreamerror": (424, SERVER), "validation": (400, ""),
}  # fmt: skip
_NO_MODEL = re.compile(
    r"model identifier is invalid|on-demand throughput isn.t supported|model version has reached"
    r"|don.t have access to the model|access to the model|marked by provider as legacy",
    re.IGNORECASE,
)


def model_of(request: Request, *verbs: str) -> str:
    """The model that the URL of a request names; empty where it is none of these calls."""
    found = PATH.search(urlsplit(request.url).path)
    return unquote(found["model"]) if found and found["verb"] in verbs and request.method == "POST" else ""


def refused(response: Response) -> Reply:
    """The reply of an error that the status tells; its name stands in a header."""
    name = response.headers.get("x-amzn-errortype", "").split(":")[0]
    return _named(failure(response), name)


def broken_off(frame: Frame, response: Response) -> Reply:
    """The reply of a stream that an exception ended."""
    value = loads(frame.payload, "exception") if frame.payload.strip() else {"message": frame.message}
    status = _ERRORS.get(_key(frame.exception), (500, ""))[0]
    return structs.replace(_named(failed(status, value, response), frame.exception), chunks=response.chunks)


def _key(name: str) -> str:
    return name.rsplit("#", maxsplit=1)[-1].lower().removesuffix("exception")


def _named(reply: Reply, name: str) -> Reply:
    error = reply.error
    if error is None:
        return reply
    told = name or error.type
    kind = _ERRORS.get(_key(told), (0, ""))[1] or error.kind
    kind = MODEL if _NO_MODEL.search(error.message) and kind != RATE else kind
    return structs.replace(reply, error=structs.replace(error, type=told, kind=kind))


def foundation_models(base_url: str) -> Generator[Request, Response, list[str]]:
    """GET /foundation-models, which another host of the same region answers."""
    url = base_url.replace("bedrock-runtime", "bedrock", 1)
    response = yield Request("GET", f"{url}/foundation-models", keyed=True)
    return sorted({model.str("modelId") for model in listing(response).trees("modelSummaries")})
