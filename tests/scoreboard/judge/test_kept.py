"""Rows of our own cassettes: loaded, decoded, judged."""

from pathlib import Path

import pytest
from msgspec import structs

from probes.row import EVERY
from providers.base import Request, Response, find_provider
from providers.chat import Ask
from scoreboard.evidence.cassettes import CassetteError, dump, folder_of
from scoreboard.evidence.exchange import Interaction
from scoreboard.judge.kept import (
    annotated,
    exchanges,
    fields_of,
    judged,
    judged_cassettes,
    loaded,
    placed,
    provider_of,
)
from scoreboard.mode import Mode, RowId
from tests.support import ROOT
from tests.support.made_up import ANSWER, REQUEST

ROW = RowId("openaicompatible", "m", Mode(False, False))
URL = "http://127.0.0.1/v1/chat/completions"


def kept(question: str, body: str = ANSWER, request: str = REQUEST, **more: object) -> Interaction:
    whole = Interaction(
        Request("POST", URL, request.encode(), {"content-type": "application/json"}),
        Response(200, {"content-type": "application/json"}, body.encode()),
        question, 1, "2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    return structs.replace(whole, **more)


def written(root: Path, **cassettes: list[Interaction]) -> Path:
    for name, interactions in cassettes.items():
        path = root / folder_of(ROW) / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dump(interactions))
    return root


def test_a_row_of_cassettes_is_judged_without_asking_anything(tmp_path: Path) -> None:
    row = judged_cassettes(written(tmp_path / "cassettes", hello=[kept("hello", number=1)]), ROW)
    assert (row.model, row.mode) == ("m", ROW.mode)
    cell = row.cells["out.text"]
    assert (cell.verdict, cell.source, cell.observed_at) == ("supported", "live", "2026-01-01T00:00:00+00:00")
    assert cell.evidence == ("cassettes/openaicompatible/m/sync/hello.yaml#1",)
    assert row.cells["limits"].verdict == "unsupported"  # our own cassettes keep all headers


def test_the_name_of_a_file_changes_no_verdict(tmp_path: Path) -> None:
    interactions = {
        "hello": [kept("hello", number=1)],
        "seed": [kept("seed", request=REQUEST[:-1] + ', "seed": 1}', number=2)],
    }
    before = judged_cassettes(written(tmp_path / "a", **interactions), ROW)
    after = judged_cassettes(written(tmp_path / "b", z=interactions["hello"], a=interactions["seed"]), ROW)
    one = judged_cassettes(written(tmp_path / "c", all=[*interactions["seed"], *interactions["hello"]]), ROW)
    verdicts = [
        {name: (c.verdict, c.reason, c.strength) for name, c in row.cells.items()} for row in (before, after, one)
    ]
    assert verdicts[0] == verdicts[1] == verdicts[2]


def test_interactions_are_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    later, sooner = kept("hello", number=2), kept("seed", number=1)
    everything = placed(written(tmp_path, a=[later], b=[sooner]), loaded(tmp_path, ROW))
    assert [one.interaction.number for one in everything] == [1, 2]
    provider = find_provider(ROW.provider)
    assert provider
    assert [(x.number, x.ask.name) for x in exchanges(provider, "m", everything)] == [(1, "seed"), (2, "hello")]


def test_one_that_cannot_be_read_costs_its_own_evidence(tmp_path: Path) -> None:
    strange = structs.replace(kept("odd", number=2), request=Request("POST", URL, b"no JSON"))
    broken = kept("json", "no JSON", REQUEST[:-1] + ', "response_format": {"type": "json_object"}}', number=3)
    cells = judged_cassettes(
        written(tmp_path, hello=[kept("hello", number=1)], odd=[strange], json=[broken]), ROW
    ).cells
    assert cells["out.text"].verdict == "supported"
    assert (cells["json"].verdict, cells["json"].reason) == ("unknown", "unreadable")


def test_what_only_the_asker_knew_is_kept_beside_the_question() -> None:
    interaction = kept("root", expects=("in.text", "tools"))
    ask = annotated(Ask.text("Hi"), interaction)
    assert (ask.name, ask.expects) == ("root", EVERY | {"tools"})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("tools-squareroot-1", "tools"),
        ("tools-websearch", "web_search"),
        ("multimodal-image-png-inline", "in.media"),
        ("hello", ""),
    ],
)
def test_of_older_cassettes_it_is_told_by_the_name_of_the_question(question: str, expected: str) -> None:
    assert annotated(Ask.text("Hi"), kept(question)).expects >= EVERY | ({expected} if expected else set())


def test_a_row_of_a_provider_without_a_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="has no file in providers/"):
        provider_of(tmp_path, RowId("nobody", "m", Mode(False, False)))


def test_a_row_without_exchanges_is_unknown_in_all_that_its_wire_can_express() -> None:
    provider = find_provider(ROW.provider)
    assert provider
    assert {cell.verdict for cell in judged(ROW, provider, ()).cells.values()} <= {"unknown", "unsupported"}
    assert "text" in fields_of(provider, "m")


@pytest.mark.parametrize(("named", "expected"), [("m-2026-01-01", ""), ("n", "n")], ids=["a day of it", "another"])
def test_a_row_tells_by_whom_it_was_answered_where_that_was_another(tmp_path: Path, named: str, expected: str) -> None:
    body = ANSWER.replace("{", f'{{"model": "{named}", ', 1)
    row = judged_cassettes(written(tmp_path / "cassettes", hello=[kept("hello", body)]), ROW)
    assert row.served_as == expected
    assert {cell.grade for cell in row.cells.values()} == {"bytes"}


def test_a_row_of_plain_answers_has_no_cells_of_streams(tmp_path: Path) -> None:
    root = written(tmp_path / "cassettes", hello=[kept("hello")])
    assert not [name for name in judged_cassettes(root, ROW).cells if name.startswith("stream.")]
    streams = structs.replace(ROW, mode=Mode(True, False))
    provider = provider_of(root, streams)
    assert [name for name in judged(streams, provider, []).cells if name.startswith("stream.")]


def test_our_committed_cassettes_are_judged() -> None:
    for mode in (Mode(False, False), Mode(True, False)):
        row = judged_cassettes(ROOT / "cassettes", RowId("llamacpppython", "tiny@0.3.36", mode))
        assert row.cells["out.text"].verdict != "unknown"
        assert sum(cell.verdict != "unknown" for cell in row.cells.values()) > 12
