"""The command `probe` against emulators: the card of each wire, as it looks, how it ends, and how long it takes."""

import json
import os
import re
from pathlib import Path

import pytest

from benchmarks.accuracy import SPOKEN_BY
from emulator import IGNORES, REJECTS, Behaviour, Switchboard, serve
from emulator.wires import discover
from scoreboard.pages.card_lines import width
from tests.support import ROOT
from tests.support.carding import KEY, KEYED, Failing, probed, session
from tests.support.raw_sockets import hangs, listening

WIRE = "openai_chat"
GOLDEN = ROOT / "tests" / "golden"
pytestmark = pytest.mark.xdist_group("card")  # one after the other: their time is measured


def steady(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\(in \d+ of \d+\)", "(in N of N)", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)
    return re.sub(r"\d+ requests in [\d.]+ s", "N requests in S s", text)


def golden(name: str, shown: str) -> str:
    """What is to be shown; with GOLDEN=write, from now on what is shown."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(shown, "utf-8")
    return path.read_text("utf-8")


def board(**behaviours: Behaviour) -> Switchboard:
    made = Switchboard(models=("emulated-1",))
    for name, behaviour in behaviours.items():
        made.set(name.replace("_", "."), behaviour)
    return made


@pytest.mark.parametrize("columns", [80, 120])
def test_the_card_looks_as_it_did(columns: int) -> None:
    lacking = board(json=REJECTS, in_audio=IGNORES, usage=IGNORES)
    with serve(lacking, (WIRE,), chunk_delay=0.02) as server:
        done = probed(server.url(WIRE), environ={**KEYED, "COLUMNS": str(columns)})
    assert done.code == 0, done.err
    assert steady(done.out) == golden(f"card-{columns}.txt", steady(done.out))
    assert all(width(line) <= columns for line in done.out.splitlines())
    assert "\x1b" not in done.out + done.err
    assert all(width(line) <= 80 for line in done.err.splitlines())
    assert "❌ plain: JSON mode: an error says" in done.err


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_shows_verdicts_as_they_fall_and_then_the_same_card_in_colour(columns: int) -> None:
    lacking = board(json=REJECTS, in_audio=IGNORES, usage=IGNORES)
    with serve(lacking, (WIRE,), chunk_delay=0.02) as server:
        sent = session(server.url(WIRE), columns, KEYED)
        without_colour = session(server.url(WIRE), columns, {**KEYED, "NO_COLOR": "1"})
    fallen, title, card = sent.partition("\x1b[1memulated-1 at ")
    assert "❌ plain: JSON mode: an error says" in fallen and "verdicts, " in fallen
    shown = steady(title + card).replace("\x1b", "␛")
    assert shown == golden(f"card-{columns}-terminal.txt", shown)
    plain = [line.rstrip() for line in re.sub(r"␛\[[\d;?]*[a-zA-Z]", "", shown).splitlines()]
    assert plain == (GOLDEN / f"card-{columns}.txt").read_text("utf-8").splitlines()
    assert not re.search(r"\x1b\[3[0-7]m", without_colour)


@pytest.mark.parametrize("wire", sorted(SPOKEN_BY.keys() & discover().keys()))
def test_a_card_of_each_wire(wire: str, tmp_path: Path) -> None:
    _, model = SPOKEN_BY[wire]
    with serve(Switchboard(models=(model,)), (wire,), key=None) as server:
        done = probed(server.url(wire), "--wire", wire, "-o", "card.md", folder=tmp_path, model=model)
    assert done.code == 0, done.err
    assert f"wire {wire}, " in done.out
    assert "✅" in done.out and "Know first" in done.out
    assert "| why" in (tmp_path / "card.md").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["card.md"]


def test_what_is_required_decides_how_it_ends(tmp_path: Path) -> None:
    with serve(board(json=REJECTS), (WIRE,)) as server:
        url = server.url(WIRE)
        done = probed(
            url, "--only", "json", "--require", "json@stream,seed", "-o", "c.json", folder=tmp_path, environ=KEYED
        )
        assert done.code == 1
        assert [line for line in done.err.splitlines() if line.startswith("scoreboard:")] == [
            line for line in done.err.splitlines() if "json@stream does not hold (stream): an error says" in line
        ]
        assert probed(url, "--only", "seed", "--require", "Seed@sync", folder=tmp_path, environ=KEYED).code == 0
    rows = json.loads((tmp_path / "c.json").read_bytes())["rows"]
    assert {row["cells"]["json"]["verdict"] for row in rows} == {"unsupported"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--only", "jsn"), "the nearest is json"),
        (("--require", "tols@stream"), "the nearest is tools"),
        (("--wire", "nope"), "no wire is named 'nope'"),
        (("--provider", "nope"), "no provider is named 'nope'"),
        (("-o", "card.pdf"), "name a file in .json, .md, .html"),
        (("--header", "secret value"), "is no header"),
    ],
)
def test_a_bad_option_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = probed("http://127.0.0.1:9/v1", *arguments)
    assert says in done.complaint
    assert done.code == 2


def test_headers_and_another_variable_are_sent_and_not_kept(tmp_path: Path) -> None:
    with serve(board(), (WIRE,)) as server:
        more = ("--api-key-env", "MINE", "--header", "X-Team: canary-header-1", "--only", "json", "--keep", "kept")
        done = probed(server.url(WIRE), *more, folder=tmp_path, environ={"MINE": KEY})
        assert done.code == 0, done.err
        assert {seen.headers["x-team"] for seen in server.requests} == {"canary-header-1"}
        asked = len(server.requests)
        assert probed(server.url(WIRE), *more, folder=tmp_path, environ={"MINE": KEY}).code == 0
        assert len(server.requests) == asked + 1  # the first question; all else is kept
        assert probed(server.url(WIRE), *more, "--force", folder=tmp_path, environ={"MINE": KEY}).code == 0
        assert len(server.requests) > asked + 2
    assert list(tmp_path.rglob("*.yaml"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
    with serve(board(), (WIRE,)) as server:
        other = probed(server.url(WIRE), *more, folder=tmp_path, environ={"MINE": KEY})
    assert other.code == 2 and "was kept from" in other.err


def test_json_tells_events_and_the_document_last() -> None:
    with serve(board(), (WIRE,)) as server:
        done = probed(server.url(WIRE), "--json", "--only", "json", environ=KEYED)
    *events, document = [json.loads(line) for line in done.out.splitlines()]
    assert {event["event"] for event in events} >= {"verdict", "row", "end"}
    assert {row["model"] for row in document["rows"]} == {"emulated-1"}


def test_a_hostile_model_changes_nothing(tmp_path: Path) -> None:
    name = "emulated-\x1b[2J<script>alert(1)</script>|../../evil\u202e\n# x"
    with serve(Switchboard(models=(name,)), (WIRE,)) as server:
        done = probed(server.url(WIRE), "-o", "c.html", "--keep", "kept", folder=tmp_path, model=name, environ=KEYED)
    assert done.code == 0, done.err
    assert all(line.isprintable() for line in (*done.out.splitlines(), *done.err.splitlines()))
    assert all(width(line) <= 80 for line in done.out.splitlines())
    assert "<script" not in (tmp_path / "c.html").read_text("utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"c.html", "kept"}


def test_under_a_minute_with_latency() -> None:
    with serve(board(), (WIRE,), latency=0.3) as server:
        done = probed(server.url(WIRE), environ=KEYED)
    assert (done.code, done.seconds < 60) == (0, True)


def test_under_a_minute_where_one_request_is_answered_at_a_time() -> None:
    with serve(board(), (WIRE,), latency=0.3, one_at_a_time=True) as server:
        done = probed(server.url(WIRE), environ=KEYED)
    assert (done.code, done.seconds < 60) == (0, True)


def test_under_a_minute_where_each_refusal_takes_five_seconds() -> None:
    no = dict.fromkeys(
        ("json", "schema", "tools", "in_image", "in_audio", "in_document", "logprobs", "seed", "stop"), REJECTS
    )
    with serve(board(**no), (WIRE,), latency=0.3, failure_delay=5.0) as server:
        done = probed(server.url(WIRE), environ=KEYED)
    assert (done.code, done.seconds < 60) == (0, True)


def test_under_a_minute_where_each_failure_takes_five_seconds() -> None:
    failing = Failing(models=("emulated-1",))
    with serve(failing, (WIRE,), latency=0.3, failure_delay=5.0) as failing.server:
        done = probed(failing.server.url(WIRE), environ=KEYED)
    assert (done.code, done.seconds < 60) == (0, True)
    assert "JSON mode, JSON by a schema that the caller gives" in " ".join(done.out.split())
    assert "break the server" in done.out


def test_nothing_is_written_where_nothing_could_be_asked(tmp_path: Path) -> None:
    with listening(hangs) as url:
        done = probed(url, "--timeout", "1", "--keep", "kept", "-o", "c.md", folder=tmp_path)
    assert done.code == 2 and done.complaint
    assert not list(tmp_path.iterdir())


def test_the_readme_shows_a_real_card() -> None:
    (shown,) = re.findall(r"```text\n(emulated-1 at .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    real = (GOLDEN / "card-80.txt").read_text("utf-8")
    pieces = [piece.strip("\n") for piece in shown.split("[…]\n")]
    assert len(pieces) > 1
    assert all(steady(piece) in real for piece in pieces)
