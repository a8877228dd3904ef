"""What a file shows, exchange by exchange."""

from pathlib import Path

from scoreboard.traffic.explain import told
from scoreboard.traffic.importer import What
from tests.support.made_up import REQUEST, URL, recording


def lines(path: Path) -> list[str]:
    return list(told(What((path,))))


def test_each_exchange_is_told_with_whose_row_it_is_and_what_each_cell_takes_from_it(tmp_path: Path) -> None:
    text = recording(request=REQUEST[:-1] + ', "seed": 7}')
    (tmp_path / "a.yaml").write_text(text.replace(URL, "https://api.example.com/v1/chat/completions"))
    found = lines(tmp_path / "a.yaml")
    assert found[0] == f"{tmp_path / 'a.yaml'}: go_vcr, 1 exchange"
    assert found[1] == "1. POST https://api.example.com/v1/chat/completions"
    assert found[2].startswith("   api.example.com/m/sync, openai_chat, bytes, ")
    cells = {line.split()[0]: line.split()[1] for line in found[4:]}
    assert (cells["out.text"], cells["seed"]) == ("seen", "accepted")
    assert "json" not in cells


def test_what_is_left_out_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(recording().replace("chat/completions", "embeddings"))
    assert lines(tmp_path)[-1] == "   passed over: embeddings"
    (tmp_path / "a.yaml").write_text(recording("no json"))
    assert any(line.startswith("   lost: ") for line in lines(tmp_path))
    (tmp_path / "a.yaml").write_text("a: 1\n")
    assert "of no form that is known" in lines(tmp_path)[0]


def test_what_a_stranger_wrote_stays_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(recording(request=REQUEST.replace('"m"', '"m\\u001b[31m\\nx"')))
    assert not any("\x1b" in line or "\n" in line for line in lines(tmp_path))


def test_a_copy_is_told_to_be_one(tmp_path: Path) -> None:
    one = recording().replace(URL, "https://api.example.com/v1/chat/completions")
    (tmp_path / "a.yaml").write_text(one + "- request:" + one.partition("- request:")[2])
    assert lines(tmp_path)[-1] == "   a copy of another exchange of api.example.com/m"
