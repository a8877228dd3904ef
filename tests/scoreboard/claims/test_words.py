"""Claims in words, whatever the names in them hold."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from msgspec import structs

from scoreboard.claims.catalogues import maps
from scoreboard.claims.patches import Patch, patch
from scoreboard.claims.rules import claims
from scoreboard.claims.snapshots import snapshot
from scoreboard.claims.words import counted, lines, pull_request
from tests.support.catalogue_copies import NO, YES, litellm, results, row
from tests.support.markdown import GFM, HOSTILE, cells_of_lines, tables


def test_a_claim_tells_flag_control_evidence_and_how_to_ask_again(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    no = structs.replace(NO, note="400: tools are not supported")
    (claim,) = claims([results(row({"tools": no}))], "litellm", copy)
    assert list(lines(claim)) == [
        "contradicted: groq/plain of groq: supports_function_calling says true, seen false",
        "  groq/plain (sync) tools: unsupported (rejected): 400: tools are not supported; 2026-12-01",
        "    while there answered",
        "  a.yaml",
        "  with curl: scoreboard explain groq/plain tools",
        "  ask again first: the name may move to another model: it has no date",
    ]
    text = pull_request(patch([claim], copy), copy)
    assert "Not to be sent as it is: 1 of 1 claims" in text
    assert "while there answered" in text


def test_a_catalogue_is_counted_by_kind(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    found = claims([results(row({"tools": YES, "in.image": YES}))], "litellm", copy)
    kinds: list[str] = [claim.kind for claim in found]
    count = counted(copy, found)
    assert (count.title, count.copy) == ("LiteLLM", "litellm-2026-01-01")
    assert (count.contradicted, count.agrees, count.open) == tuple(map(kinds.count, ("contradicted", "agrees", "note")))
    assert count.gap_yes + count.gap_no == kinds.count("gap") and len(set(kinds)) > 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_names_change_no_table_and_no_line(tmp_path: Path, key: str, note: str, where: str) -> None:
    place = tmp_path / "litellm-2026-01-01"
    copy = snapshot(maps().catalogues["litellm"], place if place.exists() else litellm(tmp_path))
    cell = structs.replace(YES, note=note, evidence=(where, "b"))
    (claim,) = [
        one for one in claims([results(row({"in.image": cell}))], "litellm", copy) if one.kind == "contradicted"
    ]
    claim = structs.replace(claim, model=key, entry=structs.replace(claim.entry, key=key, owner=key))
    text = pull_request(Patch(b"", (claim,), ((claim, note),)), copy)
    assert cells_of_lines(text) == {7}
    assert [len(table) for table in tables(text)] == [2, 2]
    inner = [token for block in GFM.parse(text) for token in block.children or ()]
    assert {token.type for block in GFM.parse(text) for token in [block]} & {"html_block"} == set()
    assert not [token for token in inner if token.type in ("html_inline", "image")]
    assert all("\n" not in line and line.isprintable() for line in lines(claim))


def test_a_page_stays_under_500_kb(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    (claim,) = claims([results(row({"in.image": structs.replace(YES, note="x" * 4000)}))], "litellm", copy)
    text = pull_request(Patch(b"", (claim,) * 3000, ((claim, "y" * 4000),) * 3000), copy)
    assert 50_000 < len(text.encode()) < 500_000
    assert "more do not fit on this page" in text
