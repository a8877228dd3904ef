"""From an address of evidence to its bytes."""

from pathlib import Path

import pytest
from msgspec import structs

from providers.base import Request, Response
from scoreboard.evidence.cassettes import dump, folder_of
from scoreboard.evidence.exchange import Interaction
from scoreboard.mode import Mode, RowId
from scoreboard.traffic.behind import Archive
from scoreboard.traffic.collections import COLLECTIONS
from scoreboard.traffic.places import places_below
from tests.support import ROOT
from tests.support.made_up import ANSWER, REQUEST, recording
from tests.support.recorded import RECORDINGS, needs_recordings

SYNC = Mode(False, False)
ROW = RowId("openaicompatible", "vendor/m", SYNC)
HELLO = Interaction(
    Request("POST", "http://127.0.0.1/v1/chat/completions", REQUEST.encode(), {"content-type": "application/json"}),
    Response(200, {"content-type": "application/json"}, ANSWER.encode()), "hello", 1, "2026-01-01T00:00:00+00:00",
)  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    path = tmp_path / "cassettes" / folder_of(ROW) / "hello.yaml"
    path.parent.mkdir(parents=True)
    other = structs.replace(HELLO, sample=2, response=Response(500, {}, b"oops"))
    later = structs.replace(other, response=Response(200, {}, ANSWER.encode()))
    path.write_bytes(dump([HELLO, other, later]))
    made = tmp_path / "there" / "acme" / "m"
    made.mkdir(parents=True)
    (made / "A b.yaml").write_text(recording())
    (made / "broken.yaml").write_text("interactions: [")
    return Archive(tmp_path / "cassettes", [tmp_path / "there"])


CASSETTE = "cassettes/openaicompatible/vendor%2Fm/sync/hello.yaml"


def test_an_address_of_ours_has_its_exchange(archive: Archive) -> None:
    found = [archive.behind(f"{CASSETTE}#{number}") for number in (1, 2, 3)]
    assert [[response.status for _, response in one.steps] for one in found if one] == [[200], [500], [200]]
    assert found[0] and found[0].path.name == "hello.yaml"


def test_a_question_that_took_several_requests_has_all_of_them(tmp_path: Path) -> None:
    first = structs.replace(HELLO, response=Response(200, {}, b'{"polling_url": "https://x.test/r/1"}'))
    poll = structs.replace(HELLO, request=Request("GET", "https://x.test/r/1"))
    path = tmp_path / "cassettes" / folder_of(ROW) / "hello.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(dump([first, poll, poll]))
    behind = Archive(tmp_path / "cassettes", []).behind(f"{CASSETTE}#3")
    assert behind and [request and request.method for request, _ in behind.steps] == ["POST", "GET", "GET"]


def test_only_cassettes_are_held(archive: Archive) -> None:
    assert archive.holds(f"{CASSETTE}#1")
    assert not any(map(archive.holds, ("cassettes/none.yaml#1", "acme/m/A%20b.yaml", "cassettes/../there/x.yaml")))


def test_an_address_of_a_recording_has_its_exchange(archive: Archive) -> None:
    behind = archive.behind("acme/m/A%20b.yaml")
    assert behind and behind.steps[0][0]
    assert behind.steps[0][0].body == REQUEST.encode()
    assert behind.steps[0][1].body == ANSWER.encode()


def test_a_reply_alone_has_no_request(tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text(ANSWER)
    behind = Archive(tmp_path / "cassettes", [tmp_path]).behind("reply.json")
    assert behind and behind.steps[0][0] is None


@pytest.mark.parametrize(
    "where",
    ["acme/m/A%20b.yaml#2", "acme/m/broken.yaml", "acme/m/none.yaml", f"{CASSETTE}#9", f"{CASSETTE}#0", f"{CASSETTE}#x",
     "cassettes/../there/acme/m/A b.yaml", "cassettes/none.yaml", "/etc/passwd", "https://x.test/a"],
)  # fmt: skip
def test_what_is_not_here_is_nothing(archive: Archive, where: str) -> None:
    assert archive.behind(where) is None


def test_the_row_holds_the_exchanges_as_they_are_judged(archive: Archive) -> None:
    own = archive.row([f"{CASSETTE}#1"], SYNC)
    assert own and [x.where for x in own.exchanges] == [f"{CASSETTE}#{number}" for number in (1, 2, 3)]
    others = archive.row(["acme/m/A%20b.yaml"], SYNC)
    assert others and [x.where for x in others.exchanges] == ["acme/m/A%20b.yaml"]
    assert archive.row(["acme/m/none.yaml"], SYNC) is None
    assert archive.row([], SYNC) is None


def test_it_is_told_how_to_get_what_is_not_here(archive: Archive) -> None:
    name, known = next((name, known) for name, known in COLLECTIONS.items() if not known.snapshot)
    told = archive.missing(known.address("a/b.yaml"))
    assert told == f"`scoreboard fetch {name}` brings it, from {known.repository} at {known.commit[:12]}"
    assert "does not hold it" in archive.missing("cassettes/a/b/sync/c.yaml#1")
    assert archive.missing("acme/m/x.yaml") == "name the folder that holds it in SCOREBOARD_RECORDINGS"


def test_every_address_of_our_own_committed_results_is_found() -> None:
    from scoreboard.results.store import load

    archive = Archive(ROOT / "cassettes", [])
    rows = load(ROOT / "results", "llamacpppython").rows
    addresses = {where for row in rows for cell in row.cells.values() for where in cell.evidence}
    assert len(addresses) > 20
    assert not [where for where in addresses if not archive.behind(where)]


@needs_recordings
def test_real_addresses_lead_to_their_files() -> None:
    archive = Archive(ROOT / "cassettes", [RECORDINGS])
    places = list(places_below(RECORDINGS))[::97]
    found = {place.where: archive.behind(place.where) for place in places if place.path.suffix == ".yaml"}
    assert len(found) > 5
    assert {where: behind and behind.path.name for where, behind in found.items()} == {
        place.where: place.path.name for place in places if place.where in found
    }
