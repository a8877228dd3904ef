"""Where a real gateway is needed."""

import pytest

from tools.gateways import VENV

needs_litellm = pytest.mark.skipif(
    not (VENV / ".ready").exists(),
    reason="LiteLLM is not installed; `python -m tools.gateways` installs it in an environment of its own",
)
