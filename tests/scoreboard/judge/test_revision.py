"""The number of the rules: it counts up where they come to something else on the exchanges of tests/frozen, and only there."""

import hashlib
import json
import os
from collections import defaultdict

import pytest

from probes.base import probes
from scoreboard.judge.revision import REVISION
from tests.support import ROOT
from tests.support.frozen import frozen

KNOWN = ROOT / "tests" / "golden" / "judge.json"
ADVICE = f"then GOLDEN=write pytest {__file__.removeprefix(f'{ROOT}/')}"


def digests() -> dict[str, str]:
    """By cell, what all rules come to."""
    found: defaultdict[str, list[object]] = defaultdict(list)
    for row in frozen():
        for cell, verdict in row.verdicts():
            found[cell].append((row.name, row.stream, verdict))
    return {cell: hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16] for cell, told in sorted(found.items())}


def complaint(now: dict[str, str], known: dict[str, str], was: int, revision: int) -> str:
    """What is to be done; empty where all is well."""
    changed = [cell for cell in now if cell in known and now[cell] != known[cell]]
    if changed and revision <= was:
        return f"the rules of {', '.join(changed)} changed: count REVISION in scoreboard/judge/revision.py up, {ADVICE}"
    if revision > was and not changed:
        return f"no rule changed: REVISION stays {was}"
    if changed or now.keys() != known.keys():
        return f"the verdicts on the frozen exchanges are not kept yet: {ADVICE}"
    return ""


def test_the_revision_changes_when_the_rules_do_and_only_then() -> None:
    kept, now = json.loads(KNOWN.read_text()), digests()
    wrong = complaint(now, kept["cells"], kept["revision"], REVISION)
    if os.environ.get("GOLDEN") == "write" and ADVICE in wrong and "count" not in wrong:
        KNOWN.write_text(json.dumps({"revision": REVISION, "cells": now}, indent=1) + "\n")
        wrong = ""
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("now", "revision", "says"),
    [
        ({"a": "1", "b": "2"}, 3, ""),
        ({"a": "1", "b": "9"}, 3, "the rules of b changed"),
        ({"a": "1", "b": "9"}, 4, "not kept yet"),
        ({"a": "1", "b": "2"}, 4, "no rule changed"),
        ({"a": "1", "b": "2", "c": "3"}, 3, "not kept yet"),
        ({"a": "1"}, 3, "not kept yet"),
    ],
)
def test_what_is_to_be_done_is_told(now: dict[str, str], revision: int, says: str) -> None:
    told = complaint(now, {"a": "1", "b": "2"}, 3, revision)
    assert says in told
    assert bool(says) == bool(told)


def test_the_frozen_exchanges_try_the_rules_of_every_cell() -> None:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in frozen():
        for cell, (verdict, reason, *_) in row.verdicts():
            seen[cell].add(f"{verdict} {reason}".strip())
    assert seen.keys() == probes().keys(), "a new probe: python -m tests.support.frozen, which starts all verdicts anew"
    for cell, told in seen.items():
        assert "supported" in told, cell
        assert any(one.startswith(("unsupported", "flaky")) for one in told) or probes()[cell].streams_only, cell
        assert any(one.startswith("unknown") for one in told), cell
    everything = set.union(*seen.values())
    assert {
        f"unsupported {reason}" for reason in ("rejected", "ignored", "malformed", "wrong", "not_expressible", "breaks")
    } <= everything
