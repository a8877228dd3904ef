"""What README shows to programs, run as it stands: against the committed results, and an emulator in the place of the endpoint."""

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Switchboard, serve
from tests.support import ROOT

PART = (ROOT / "README.md").read_text("utf-8").partition("\n## From a program\n")[2].partition("\n## ")[0]
LINES = [line.strip() for line in re.findall(r"^    (.+)$", PART, re.MULTILINE)]


def test_each_line_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serve(Switchboard(models=("m",)), ("openai_chat",)) as server:
        url = server.url("openai_chat")
        lines = [line.replace("http://127.0.0.1:8080/v1", url).replace('"..."', '"test-key"') for line in LINES]
        asked = {
            "model": "m",
            "messages": [{"role": "user", "content": "Hi"}],
            "tools": [{"type": "function", "function": {"name": "f"}}],
        }
        response = httpx.post(f"{url}/chat/completions", json=asked, headers={"authorization": "Bearer test-key"})
        came = asyncio.run(_run(lines, {"response": response}))
    assert came[0] in (True, False, None) and isinstance(came[1], str)
    assert came[2][0] is True and came[2][1].startswith("supported: called square_root(")
    assert came[3] in ("seen", "accepted", "missed", "refused", "nothing")


async def _run(lines: list[str], names: dict[str, Any]) -> list[Any]:
    """Runs lines; what the expressions among them come to."""
    came = []
    for line in lines:
        is_expression = isinstance(ast.parse(line).body[0], ast.Expr)
        code = compile(line, "README.md", "eval" if is_expression else "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = eval(code, names)  # noqa: S307 (our own README)
        value = await value if inspect.isawaitable(value) else value
        if is_expression:
            came.append(value)
    return came
