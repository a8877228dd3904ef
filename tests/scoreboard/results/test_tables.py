"""The flat table of all cells, as CSV and in SQLite, whatever the texts hold."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scoreboard.results.model import Results
from scoreboard.results.store import save
from scoreboard.results.tables import COLUMNS, as_csv, as_parquet, as_sqlite
from tests.support.catalogue_copies import NO, YES, results, row
from tests.support.command import scoreboard

BOARD = results(row({"tools": YES, "in.image": NO}))


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_row_per_cell_with_all_that_is_known() -> None:
    found = {one["cell"]: one for one in read(as_csv([BOARD]))}
    assert list(found) == ["in.image", "out.text", "tools"]
    assert tuple(found["tools"]) == COLUMNS
    assert found["tools"] | {"evidence": found["tools"]["evidence"].split()} == {
        "provider": "groq", "model": "plain", "stream": "0", "thinking": "0", "cell": "tools", "verdict": "supported", "reason": "",
        "strength": "seen", "note": "saw", "k": "2", "n": "2", "observed_at": "2026-12-01", "source": "traffic", "grade": "bytes",
        "served_as": "", "endpoint": "", "judge": "0", "evidence": ["a.yaml", "b.yaml"],
        "correction": "", "correction_source": "",
    }  # fmt: skip
    assert (found["in.image"]["reason"], found["in.image"]["strength"], found["in.image"]["n"]) == ("rejected", "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    text = start + "HYPERLINK(1)"
    hostile = Results(text, endpoint=text).merged(
        [row({"tools": structs.replace(YES, note=text, evidence=(text,))}, text)]
    )
    for one in read(as_csv([hostile])):
        assert [value for value in one.values() if "HYPERLINK" in value]
        assert not [value for value in one.values() if value.startswith(start)]


@given(st.text(max_size=30), st.text(st.characters(codec=None), max_size=20))
def test_every_text_comes_back(model: str, note: str) -> None:
    board = [results(row({"tools": structs.replace(YES, note=note)}, model))]
    (one,) = [one for one in read(as_csv(board)) if one["cell"] == "tools"]
    plain = note.encode("utf-8", "replace").decode()
    assert one["note"].removeprefix("'") in (plain, plain.removeprefix("'"))
    assert one["model"].endswith(model)
    with sqlite3.connect(":memory:") as base:
        base.deserialize(as_sqlite(board))
        assert base.execute("SELECT model, note FROM cells WHERE cell = 'tools'").fetchall() == [(model, plain)]
    base.close()


def test_export_writes_each_format(tmp_path: Path) -> None:
    save(tmp_path / "results", BOARD)
    assert [one["cell"] for one in read(scoreboard("export", "--format", "csv", cwd=tmp_path).stdout.encode())] == [
        "in.image",
        "out.text",
        "tools",
    ]
    assert scoreboard("export", "--format", "sqlite", "-o", "a.db", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "a.db") as base:
        assert base.execute("SELECT count(*), sum(verdict = 'supported') FROM cells").fetchone() == (3, 2)
    base.close()
    assert len(json.loads(scoreboard("export", cwd=tmp_path).stdout)["rows"]) == 1
    for form in ("sqlite", "parquet"):
        done = scoreboard("export", "--format", form, cwd=tmp_path)
        assert (done.returncode, "name its file with -o" in done.stderr) == (2, True)


def test_parquet_has_what_the_database_has(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    hostile = results(row({"tools": structs.replace(YES, note="=1\ud800\x00")}, "m"))
    save(tmp_path / "results", BOARD)
    assert scoreboard("export", "--format", "parquet", "-o", "a.parquet", cwd=tmp_path).returncode == 0
    (tmp_path / "b.parquet").write_bytes(as_parquet([BOARD, hostile]))
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 3
    table = parquet.read_table(tmp_path / "b.parquet")
    with sqlite3.connect(":memory:") as base:
        base.deserialize(as_sqlite([BOARD, hostile]))
        names = ", ".join(COLUMNS)
        kept = base.execute(f"SELECT {names} FROM cells ORDER BY model, cell").fetchall()  # noqa: S608
    base.close()
    rows = sorted((tuple(one.values()) for one in table.to_pylist()), key=lambda one: (one[1], one[4]))
    assert rows == kept
    assert {name: str(table.schema.field(name).type) for name in ("provider", "k", "stream")} == {
        "provider": "string", "k": "int64", "stream": "int64",
    }  # fmt: skip


def test_without_pyarrow_it_is_one_line(tmp_path: Path) -> None:
    # A module of that name that cannot be imported is as good as none; the current folder comes first.
    (tmp_path / "pyarrow.py").write_text("raise ImportError")
    save(tmp_path / "results", BOARD)
    done = scoreboard("export", "--format", "parquet", "-o", "a.parquet", cwd=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (
        1, "scoreboard: Parquet is written by pyarrow, which is not installed: pip install pyarrow",
    )  # fmt: skip
    assert not (tmp_path / "a.parquet").exists()
