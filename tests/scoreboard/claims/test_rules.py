"""When a verdict says something about a flag."""

from pathlib import Path

import pytest
from msgspec import structs

from scoreboard.claims.catalogues import Flag, maps
from scoreboard.claims.measured import Measured
from scoreboard.claims.rules import claims, counts, verdict
from scoreboard.claims.snapshots import snapshot
from scoreboard.results.model import Cell, Samples
from tests.support.catalogue_copies import NO, YES, litellm, models_dev, results, row

FLAG = Flag("f", ("tools",))
TRUE, FALSE, WEAK, OPEN = (
    Measured(True),
    Measured(False),
    Measured(None, why="taken", weak=True),
    Measured(None, why="modes differ"),
)


@pytest.mark.parametrize(
    ("said", "seen", "kind"),
    [
        (True, TRUE, "agrees"), (False, TRUE, "contradicted"), (None, TRUE, "gap"),
        (True, FALSE, "contradicted"), (False, FALSE, "agrees"), (None, FALSE, "gap"),
        (True, WEAK, "agrees"), (False, WEAK, None), (None, WEAK, None),
        (True, OPEN, "note"), (False, OPEN, "note"), (None, OPEN, None), (True, Measured(None), None),
    ],
)  # fmt: skip
def test_the_table_of_verdicts(said: bool | None, seen: Measured, kind: str | None) -> None:
    assert verdict(FLAG, said, seen)[0] == kind


def test_a_flag_of_one_direction_takes_that_alone() -> None:
    only_yes, only_no = structs.replace(FLAG, may="true"), structs.replace(FLAG, may="false")
    assert [verdict(only_yes, False, TRUE)[0], verdict(only_yes, True, FALSE)[0]] == ["contradicted", "note"]
    assert [verdict(only_no, None, FALSE)[0], verdict(only_no, False, TRUE)[0]] == ["gap", None]


@pytest.mark.parametrize(
    "cell",
    [
        Cell("unsupported", "not_expressible", "no field for image"),
        structs.replace(YES, strength="accepted"),
        structs.replace(YES, verdict="flaky", samples=Samples(1, 2)),
        Cell("unknown", "timeout"),
    ],
)
def test_weak_verdicts_contradict_nothing(tmp_path: Path, cell: Cell) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    found = claims([results(row({"in.image": cell, "tools": cell}))], "litellm", copy)
    assert {claim.kind for claim in found} <= {"agrees"}


def test_a_list_that_is_there_is_closed_and_one_that_is_not_says_nothing(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["models.dev"], models_dev(tmp_path))
    found = {claim.flag.name: claim.kind for claim in claims([results(row({"in.image": YES}))], "models.dev", copy)}
    assert found == {
        "attachment": "contradicted",
        "modalities.input[image]": "contradicted",
        "modalities.output[text]": "agrees",
    }
    bare = snapshot(maps().catalogues["models.dev"], models_dev(tmp_path / "bare", fields={"tool_call": True}))
    found = {claim.flag.name: claim.kind for claim in claims([results(row({"in.image": YES}))], "models.dev", bare)}
    assert found == {"attachment": "gap"}


def test_exact_keys_alone_are_claimed_about_and_those_of_chat(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    models = ("plain-latest", "drawn", "PLAIN")
    found = claims([results(*(row({"in.image": YES}, model) for model in models))], "litellm", copy)
    assert [(claim.model, claim.entry.key) for claim in found] == [("PLAIN", "groq/plain")]
    assert not claims([structs.replace(results(row({"in.image": YES})), endpoint="http://own")], "litellm", copy)


@pytest.mark.parametrize(
    ("day", "again"),
    [
        ("2025-12-31", "seen on 2025-12-31, before the copy of 2026-01-01"),
        ("2026-12-01", "the name may move to another model: it has no date"),
    ],
)
def test_old_evidence_and_moving_names_are_asked_again(tmp_path: Path, day: str, again: str) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    found = claims([results(row({"in.image": structs.replace(YES, observed_at=day)}))], "litellm", copy)
    assert [claim.again for claim in found] == [again]


def test_contradictions_come_first_and_are_counted(tmp_path: Path) -> None:
    copy = snapshot(maps().catalogues["litellm"], litellm(tmp_path))
    cells = {
        "schema": YES,
        "in.image": YES,
        "tools": YES,
        "in.audio": structs.replace(NO, note="400: audio is not supported"),
    }
    found = claims([results(row(cells))], "litellm", copy)
    assert [claim.kind for claim in found] == ["contradicted", "gap", "gap", "agrees"]
    assert counts(found) == {"contradicted": 1, "gap, true": 1, "gap, false": 1, "agrees": 1, "note": 0}
