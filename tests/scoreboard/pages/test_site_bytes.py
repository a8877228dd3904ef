"""What stands behind the cells of a row, as the site gets it."""

from pathlib import Path

import msgspec

from scoreboard.pages.site_bytes import names, pieces
from scoreboard.results.model import Results
from tests.support.boards import NOTHING, RECORDING, SEEN, kept, row


def test_only_rows_that_have_cassettes_here_have_a_piece(tmp_path: Path) -> None:
    results, archive = kept(tmp_path)
    both = Results("openaicompatible", rows=(row("a", json=SEEN), *results.rows))
    assert names(both, archive) == {1: "bytes/openaicompatible.1"}
    assert names(both, NOTHING) == {}
    assert [name for name, _ in pieces(both, names(both, archive), archive)] == ["bytes/openaicompatible.1"]


def test_a_piece_has_each_exchange_once_and_what_it_shows_of_each_cell(tmp_path: Path) -> None:
    results, archive = kept(tmp_path)
    ((_, piece),) = pieces(results, names(results, archive), archive)
    first, second, third, elsewhere = piece["exchanges"]
    ((line, asked),) = first["asked"]
    assert line == "POST http://127.0.0.1/v1/chat/completions"
    assert "Is a banana a fruit?" in asked
    assert first["came"][0] == "200 application/json"
    assert first["again"][0].startswith("curl -sSg http://127.0.0.1/v1/chat/completions")
    assert second["came"] != first["came"]
    assert set(third) == set(elsewhere) == {"missing"}
    assert [number for number, _ in piece["cells"]["json"]] == [0, 1, 2]
    sentences = [said for _, (said, *_) in piece["cells"]["json"][:2]]
    assert sentences[0].startswith("seen: ") and sentences[1].startswith("missed (malformed)")
    assert piece["cells"]["seed"] == [[3, []]]
    assert RECORDING not in str(piece)


def test_hostile_text_is_printable_and_no_command_is_cut(tmp_path: Path) -> None:
    results, archive = kept(tmp_path)
    ((_, piece),) = pieces(results, names(results, archive), archive)
    assert msgspec.json.encode(piece).decode().isprintable()
    assert all(command.endswith("'") for one in piece["exchanges"] for command in one.get("again", ()))
