"""The few operations of Amazon S3 that a batch of Bedrock needs, with the bucket in the path; answers are XML.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (and API_GetObject, API_DeleteObject,
API_ListObjectsV2), .../API/ErrorResponses.html.
"""

from datetime import UTC, datetime
from hashlib import md5
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import sigv4
from .store import Stored
from .wire import Wire

BUCKET = "emulated-bucket"
_ERRORS = {
    "AccessDenied": (403, "Access Denied"),
    "InvalidAccessKeyId": (403, "The AWS Access Key Id you provided does not exist in our records."),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does not match the signature you provided."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
}
_LIST = """<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{}</Name><Prefix>{}</Prefix>\
<KeyCount>{}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{}</ListBucketResult>"""


class Store(Wire):
    """Objects, on the wire's shelf by BUCKET/KEY."""

    def store_routes(self) -> list[Route]:
        return [
            Route("/{bucket}", self._listed),
            Route("/{bucket}/{key:path}", self._object, methods=["GET", "PUT", "DELETE"]),
        ]

    def object(self, uri: str) -> Stored | None:
        """The object of an address s3://BUCKET/KEY."""
        return self.shelf.files.get(uri.removeprefix("s3://"))

    def put(self, uri: str, data: bytes) -> None:
        name = uri.removeprefix("s3://")
        self.shelf.put(Stored(name, name.partition("/")[2], "binary/octet-stream", data))

    async def _trouble(self, request: Request) -> Response | None:
        found = sigv4.complaint(request, await request.body(), "s3")
        if found:
            return _error(found, request)
        return _error("NoSuchBucket", request) if request.path_params["bucket"] != BUCKET else None

    async def _object(self, request: Request) -> Response:
        if trouble := await self._trouble(request):
            return trouble
        uri = f"{BUCKET}/{request.path_params['key']}"
        if request.method == "PUT":
            self.put(uri, await request.body())
        elif request.method == "DELETE":
            self.shelf.files.pop(uri, None)
            return Response(b"", 204)
        stored = self.shelf.files.get(uri)
        if stored is None:
            return _error("NoSuchKey", request)
        body = stored.data if request.method == "GET" else b""
        return Response(body, 200, {"etag": _etag(stored)}, stored.mime)

    async def _listed(self, request: Request) -> Response:
        if trouble := await self._trouble(request):
            return trouble
        prefix = request.query_params.get("prefix", "")
        found = sorted(
            (one for one in self.shelf.files.values() if one.filename.startswith(prefix)), key=lambda one: one.id
        )
        body = _LIST.format(BUCKET, escape(prefix), len(found), "".join(map(_shown, found)))
        return Response('<?xml version="1.0" encoding="UTF-8"?>\n' + body, media_type="application/xml")


def _shown(stored: Stored) -> str:
    written = datetime.fromtimestamp(stored.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{escape(stored.filename)}</Key><LastModified>{written}</LastModified>"
        f"<ETag>{escape(_etag(stored))}</ETag><Size>{len(stored.data)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _etag(stored: Stored) -> str:
    return f'"{md5(stored.data, usedforsecurity=False).hexdigest()}"'


def _error(code: str, request: Request) -> Response:
    status, message = _ERRORS[code]
    bucket = escape(request.path_params["bucket"])
    more = {
        "NoSuchBucket": f"<BucketName>{bucket}</BucketName>",
        "SignatureDoesNotMatch": f"<AWSAccessKeyId>{sigv4.KEY_ID}</AWSAccessKeyId>",
    }
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more.get(code, "")}'
        f"<Resource>/{bucket}</Resource><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )
    return Response(body, status, media_type="application/xml")
