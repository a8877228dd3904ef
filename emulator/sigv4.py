"""AWS Signature Version 4, as a server checks it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. The credentials are
those of its examples.
"""

import hmac
import re
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.requests import Request

KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_SCHEME = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)"
)


def is_signed(request: Request) -> bool:
    """Whether the request carries a signature at all."""
    return request.headers.get("authorization", "").startswith("AWS4-")


def complaint(request: Request, body: bytes, service: str) -> str:
    """The code of the error that a service has for a signature; empty where it is right."""
    found = _SCHEME.fullmatch(request.headers.get("authorization", ""))
    if not found:
        return "AccessDenied"
    key_id, day, region, named, headers, signature = found.groups()
    if key_id != KEY_ID:
        return "InvalidAccessKeyId"
    digest = sha256(body).hexdigest()
    told = request.headers.get("x-amz-content-sha256", digest)
    if named != service or told not in (digest, "UNSIGNED-PAYLOAD"):
        return "SignatureDoesNotMatch"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(
        ("AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, _canonical(request, headers, told, service))
    )
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    right = hmac.new(key, text.encode(), "sha256").hexdigest()
    return "" if hmac.compare_digest(right, signature) else "SignatureDoesNotMatch"


def _canonical(request: Request, headers: str, digest: str, service: str) -> str:
    """The digest of the request in its one form; the path is escaped once more but for S3."""
    parts = urlsplit(request.scope["raw_path"].decode())
    path = parts.path if service == "s3" else quote(parts.path, safe="/-_.~")
    pairs = sorted(
        (quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(request.url.query, keep_blank_values=True)
    )
    lines = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in headers.split(";")]
    whole = (request.method, path, "&".join(f"{k}={v}" for k, v in pairs), "".join(lines), headers, digest)
    return sha256("\n".join(whole).encode()).hexdigest()
