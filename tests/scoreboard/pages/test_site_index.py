"""The index and the pieces that the site's script works on."""

import msgspec
import pytest

from probes.base import probes
from scoreboard.pages.site_index import ROWS_PER_PIECE, STATES, in_groups, index, pieces, state
from scoreboard.results.model import Cell, Results
from tests.support.boards import (
    ACCEPTED,
    FLAKY,
    HOSTILE,
    IGNORED,
    NO_FIELD,
    RECORDING,
    SEEN,
    UNKNOWN,
    board,
    hostile,
    row,
)

BOARD = index(board())
PLACE = {one["id"]: place for place, one in enumerate(BOARD["capabilities"])}


@pytest.mark.parametrize(
    ("cell", "letter"),
    [(SEEN, "s"), (ACCEPTED, "a"), (FLAKY, "f"), (IGNORED, "u"), (NO_FIELD, "n"), (UNKNOWN, "q"), (None, "_")],
    ids=["seen", "accepted", "flaky", "unsupported", "no field", "unknown", "absent"],
)
def test_each_thing_that_a_cell_can_come_to_has_a_letter(cell: Cell | None, letter: str) -> None:
    assert state(cell).letter == letter


def test_letters_signs_and_words_tell_all_states_apart() -> None:
    for part in ("letter", "sign", "words"):
        assert len({getattr(one, part) for one in STATES.values()}) == len(STATES)


def test_a_row_has_a_letter_and_a_month_per_capability() -> None:
    acme = BOARD["providers"][0]
    model, mode, letters, months = acme["rows"][0]
    assert (model, BOARD["modes"][mode][0]) == ("m-1", "sync")
    assert len(letters) == len(months) == len(PLACE) == len(probes())
    assert [letters[PLACE[name]] for name in ("json", "schema", "seed", "stop", "in.image")] == [
        "s",
        "u",
        "n",
        "a",
        "_",
    ]
    month = {name: BOARD["months"][ord(months[PLACE[name]]) - 48] for name in ("json", "usage", "logprobs")}
    assert month == {"json": "2026-08", "usage": "2020-02", "logprobs": ""}


def test_one_month_for_all_cells_is_one_letter() -> None:
    _, _, _, months = index([Results("acme", rows=(row("m", json=SEEN, schema=UNKNOWN),))])["providers"][0]["rows"][0]
    assert len(months) == 1


def test_models_that_nobody_probed_are_rows_without_cells() -> None:
    assert BOARD["providers"][0]["rows"][-1] == ["m-9", -1, "", ""]


def test_the_capabilities_stand_in_groups_with_words_of_their_own() -> None:
    groups = [probe.group for probe in in_groups()]
    assert len(set(groups)) == sum(one != before for one, before in zip(groups, ["", *groups], strict=False))
    assert {"pdf", "takes"} <= set(BOARD["capabilities"][PLACE["in.document"]]["words"])


def test_a_piece_holds_the_evidence_and_the_history_of_its_rows() -> None:
    (name, piece), *rest = pieces(board()[0], {1: "bytes/acme.1"})
    assert (name, rest) == ("acme.0", [])
    first = piece["rows"][0]
    assert [piece["strings"][number] for number in first["cells"]["json"]["evidence"]] == [RECORDING]
    assert piece["strings"][first["cells"]["json"]["note"]] == "answers 'yes'"
    assert first["history"][0]["json"]["reason"] == "rejected"
    assert piece["rows"][1]["history"] == []
    assert [one["bytes"] for one in piece["rows"]] == ["", "bytes/acme.1"]


def test_many_rows_make_many_pieces_in_the_order_of_the_rows() -> None:
    bulk = board()[1]
    named = dict(pieces(bulk, {}))
    assert list(named) == ["bulk.0", "bulk.1", "bulk.2"]
    assert named["bulk.2"]["rows"][3]["page"] == f"model/bulk/{bulk.rows[2 * ROWS_PER_PIECE + 3].model}.html"


def test_hostile_text_is_short_and_printable_in_all_that_the_script_gets() -> None:
    data = msgspec.json.encode([index([hostile()]), *(piece for _, piece in pieces(hostile(), {}))]).decode()
    assert data.replace("\n", "").isprintable()
    assert len(data) < 200_000
    assert len(index([hostile()])["providers"][0]["rows"]) == len(HOSTILE)
