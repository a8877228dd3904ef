"""The address that results were kept from."""

from pathlib import Path

import pytest

from scoreboard.errors import ScoreboardError
from scoreboard.live.endpoint import EndpointError, bind, plain_address
from scoreboard.results.model import Results, RowResult
from scoreboard.results.store import load, save

HERE, THERE = "https://here.example/v1", "https://there.example/v1"


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://here.example/v1", HERE),
        ("https://here.example/v1/", HERE),
        ("https://HERE.example/v1", HERE),
        ("https://user:secret@here.example/v1", HERE),
        ("https://here.example/v1?key=secret#secret", HERE),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://here.example", "https://here.example"),
        ("https://here.example/", "https://here.example"),
        ("", ""),
        ("here", ""),
    ],
    ids=[
        "as it is", "a slash behind it", "capitals", "a password", "a query", "a port", "IPv6", "no path",
        "a slash alone", "none", "no address",
    ],
)  # fmt: skip
def test_an_address_is_kept_without_secrets(url: str, plain: str) -> None:
    assert plain_address(url) == plain
    assert plain_address(plain) == plain


@pytest.mark.parametrize("url", ["http://here.example:abc/v1", "http://here.example:99999/v1", "http://[::1/v1"])
def test_what_is_no_address_is_told_in_a_line(url: str) -> None:
    with pytest.raises(EndpointError, match="is no address"):
        plain_address(url)


def kept(folder: Path, endpoint: str) -> Path:
    """A folder with results of two providers, one of which has no rows."""
    save(folder, Results("one", rows=(RowResult("m", False, False, {}),), endpoint=endpoint))
    save(folder, Results("two", endpoint=endpoint))
    return folder


@pytest.mark.parametrize(("was", "asked"), [(HERE, f"{HERE}/?key=secret"), ("", "")], ids=["named", "its own"])
def test_the_same_address_goes_on_in_its_folder(tmp_path: Path, was: str, asked: str) -> None:
    bind(kept(tmp_path, was), ["one", "two"], asked)
    assert load(tmp_path, "one").endpoint == was


@pytest.mark.parametrize(
    ("was", "asked", "says"),
    [
        (HERE, THERE, f"{HERE}, and {THERE} is"),
        ("", THERE, f"its own address, and {THERE} is"),
        (HERE, "", f"{HERE}, and its own address is"),
    ],
    ids=["another", "another than its own", "its own"],
)
def test_another_address_wants_another_folder(tmp_path: Path, was: str, asked: str, says: str) -> None:
    with pytest.raises(EndpointError) as caught:
        bind(kept(tmp_path, was), ["two", "one"], asked)
    assert str(caught.value) == f"{tmp_path / 'one.json'} was kept from {says} to be asked; name another folder"
    assert isinstance(caught.value, ScoreboardError)


def test_a_folder_without_rows_takes_any_address(tmp_path: Path) -> None:
    bind(tmp_path, ["one"], THERE)
    bind(kept(tmp_path, HERE), ["two"], THERE)
    bind(kept(tmp_path, HERE), [], THERE)


def test_a_refusal_tells_no_secret(tmp_path: Path) -> None:
    with pytest.raises(EndpointError) as caught:
        bind(kept(tmp_path, HERE), ["one"], "https://user:hunter2@there.example/v1?key=hunter2")
    assert "hunter2" not in str(caught.value)
