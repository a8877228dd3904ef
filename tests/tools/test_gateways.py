"""What LiteLLM's proxy does to what is behind it: the page, and the real proxy where it is installed."""

import os
import re
import subprocess
import sys

import pytest

from scoreboard.pages.compare import Comparison
from tests.support import ROOT
from tests.support.gateways import needs_litellm
from tools.gateways import MODELS, PAGE, VERSION, WIRES, Measured, board, measured, name, page


def kinds(one: Measured) -> dict[str, set[str]]:
    """What becomes of each cell, by cell."""
    assert isinstance(one.told, Comparison), one.told
    found: dict[str, set[str]] = {}
    for told in one.told.cells:
        found.setdefault(told.cell, set()).add(told.kind)
    return found


def test_the_page_says_what_it_is_measured_on_and_how_to_measure_again() -> None:
    text = " ".join(PAGE.read_text().split())
    assert f"LiteLLM {VERSION}," in text
    assert "**Measured on emulators**" in text
    assert "`python -m tools.gateways`" in text
    sections = re.findall(r"^## (\S+), (\S+)$", PAGE.read_text(), re.MULTILINE)
    assert sections == [(wire, kind) for wire in WIRES for kind in MODELS]
    assert not re.search(r"127\.0\.0\.1|localhost|sk-[0-9a-f]{8}|/tmp/", PAGE.read_text())
    assert len(PAGE.read_bytes()) < 500_000


def test_upstream_models_differ_in_what_they_do() -> None:
    made = board()
    assert made.behaviour(name("able"), "sync", "json").act == "works"
    assert made.behaviour(name("heedless"), "sync", "json").act == "ignores"
    assert made.behaviour(name("refusing"), "sync", "json").act == "rejects"
    assert made.behaviour(name("uncounted"), "sync", "usage").act == "ignores"
    assert {made.behaviour(name(kind), "sync", "out.text").act for kind in MODELS} == {"works"}


def test_what_cannot_be_asked_is_a_section_of_its_own() -> None:
    made = page([Measured("anthropic", "endless", "It does not answer: 500: <b>")])
    assert "\n## anthropic, endless\n\nIt does not answer: 500: &lt;b&gt;.\n" in made


def test_a_wire_that_is_none_of_these_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.gateways", "nope"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "no wire is named 'nope' here; there are openai_chat, anthropic, gemini\n"


@needs_litellm
@pytest.mark.xdist_group("gateways")
def test_the_real_proxy_passes_on_what_works_and_makes_up_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("GATEWAYS_DIRECT_KEY", "GATEWAYS_PROXY_KEY"):
        monkeypatch.setenv(key, "")  # as it was, when this ends
    cells = ("out.text", "json", "tools", "finish", "usage", "stream.finish")
    able, endless = measured(["openai_chat"], ["able", "endless"], cells)
    assert kinds(able) == {cell: {"same"} for cell in cells}
    made_up = kinds(endless)
    assert made_up["stream.finish"] == {"gained"}  # no reason came, and one is told
    assert made_up["finish"] <= {"gained", "altered"}  # always the same, whatever happened
    assert made_up["out.text"] == made_up["json"] == {"same"}
    assert os.environ["GATEWAYS_PROXY_KEY"].startswith("sk-")


@needs_litellm
@pytest.mark.xdist_group("gateways")
def test_the_real_proxy_before_another_api_loses_what_chat_completions_cannot_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEWAYS_DIRECT_KEY", "")
    monkeypatch.setenv("GATEWAYS_PROXY_KEY", "")
    (able,) = measured(["anthropic"], ["able"], ["out.text", "cite", "seed"])
    assert kinds(able) == {"out.text": {"same"}, "cite": {"lost"}, "seed": {"altered"}}
