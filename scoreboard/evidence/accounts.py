"""What says whose account it is, in words that every account of a cloud uses: the account and its users within ARNs,
the names of buckets, and the signatures that errors repeat.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, .../userguide/VirtualHosting.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, .../API/ErrorResponses.html.
"""

from __future__ import annotations

import re

_COLON = rb"(?::|%3A|%3a)"
_BUCKET = rb"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![a-z0-9-])"
_HOST = rb"s3(?:[.-][a-z0-9.{}A-Z_-]{0,60})?\.amazonaws\.com"

# By what must stand in a text for the pattern to be looked for; its one group that found something is struck out.
ACCOUNTS: dict[tuple[bytes, ...], re.Pattern[bytes]] = {
    # A user's or a role's name stands behind the account; what a service made goes by ids.
    (b"arn:aws", b"arn%3Aaws", b"arn%3aaws"): re.compile(
        rb"arn%(c)saws[a-z-]*%(c)s(?:(?:iam|sts)%(c)s%(c)s([0-9]{12}%(c)s[^\s\"'<>\\,)]+)"
        rb"|[a-z0-9-]+%(c)s[a-z0-9-]*%(c)s([0-9]{12})(?=%(c)s))" % {b"c": _COLON}
    ),
    (b"s3:/", b"s3:\\/"): re.compile(rb"s3:(?:\\?/){2}" + _BUCKET),
    (b".amazonaws.com",): re.compile(rb"//" + _HOST + rb"/(?!doc/)" + _BUCKET + rb"|//" + _BUCKET + rb"\." + _HOST),
    (b"<ListBucketResult",): re.compile(rb"<ListBucketResult[^>]*>[^<]*(?:<[^N][^>]*>[^<]*){0,20}?<Name>([^<]+)"),
    (b"<BucketName>", b"<Bucket>"): re.compile(rb"<Bucket(?:Name)?>([^<]+)"),
    (b"<Resource>/",): re.compile(rb"<Resource>/([^</]+)"),
    (b"<SignatureProvided>",): re.compile(rb"<SignatureProvided>([^<]+)"),
}
