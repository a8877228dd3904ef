"""The picture of an engine's versions is of a table that stands on the page of engines."""

import pytest

from tests.support import ROOT
from tools.screenshots import HEADING, versions


def test_the_table_of_versions_is_found_and_shown_as_html() -> None:
    shown = versions((ROOT / "docs" / "engines.md").read_text())
    assert shown.count("<table>") == 1 and shown.count("📡</th>") > 2
    assert "<td><code>schema</code></td>" in shown


def test_a_page_without_it_is_told() -> None:
    with pytest.raises(ValueError, match="no table below"):
        versions(f"{HEADING}\n\nNothing yet.\n")
