"""Azure's paths: the deployment of a model, which has a name of its own, stands in the URL
(https://learn.microsoft.com/azure/ai-foundry/openai/reference).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from providers.base import Request

_PATH = re.compile(r"/openai/deployments/(?P<name>[^/]+)/")


def deployed(request: Request) -> str:
    """The deployment that the URL names; empty where it names none."""
    found = _PATH.search(request.path)
    return unquote(found["name"]) if found else ""
