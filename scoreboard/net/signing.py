"""Requests that are signed with credentials in place of a key (AWS Signature Version 4), and what a provider needs
beside its key before it is asked for something.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html; the variables are those of
https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html. Signed by botocore itself, which the
extra `aws` installs: who signs nothing does without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from providers.base import Provider

_KEY_ID, _SECRET, _TOKEN, _REGION = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"
_ANYWHERE = "us-east-1"  # at an address of one's own, no region is named


def private_names(provider: Provider) -> list[str]:
    """The environment variables that hold what is kept nowhere, beside the key."""
    return sorted({_TOKEN, *(name for names in provider.needs.values() for name in names)}) if provider.needs else []


def unasked(provider: Provider, environ: Mapping[str, str]) -> dict[str, str]:
    """The features that cannot be asked for with this environment, and for each a sentence that says what it needs."""
    found = {}
    for feature, names in provider.needs.items():
        missing = [name for name in names if not environ.get(name, "").strip()]
        if missing:
            found[feature] = f"{provider.title} needs {_listed(missing)} in the environment for it"
        elif _SECRET in names and not find_spec("botocore"):
            found[feature] = f"{provider.title} needs signed requests for it; install llm-scoreboard[aws]"
    return found


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def signature(method: str, url: str, body: bytes, service: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers that sign a request."""
    from botocore.auth import S3SigV4Auth, SigV4Auth  # type: ignore[import-untyped]
    from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
    from botocore.credentials import Credentials  # type: ignore[import-untyped]

    key, secret, token, region = (environ.get(name, "").strip() for name in (_KEY_ID, _SECRET, _TOKEN, _REGION))
    request = AWSRequest(method, url, data=body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth  # which escapes paths in another way
    signer(Credentials(key, secret, token or None), service, region or _ANYWHERE).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}
