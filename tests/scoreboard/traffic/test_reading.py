"""Bytes to what was kept: whatever the form, the same exchange shows the same."""

import gzip
import json
import random
import sys
import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from probes.base import probes
from probes.findings import findings_of
from providers.base import Request, Response
from providers.plugins import modules
from scoreboard.evidence.cassettes import load
from scoreboard.traffic import reading
from scoreboard.traffic.exchanges import Recorded, read
from scoreboard.traffic.formats._packed import LIMIT, unpacked_as_said
from scoreboard.traffic.importer import judged, read_rows
from scoreboard.traffic.kept import BadRecording
from scoreboard.traffic.places import place_of
from scoreboard.traffic.reading import forms, pairs, parse, read_file
from scoreboard.traffic.rows import rows
from tests.support import ROOT
from tests.support.forms import DATE, HOSTLESS, WRITERS, Pair, har, vcrpy
from tests.support.recorded import in_words

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

EVERY = {**WRITERS, **HOSTLESS}


@cache
def real() -> list[Pair]:
    """The chat completions of our own cassettes, as somebody else would have kept them: of another host, with a day."""
    found = []
    for path in sorted((ROOT / "cassettes").rglob("*.yaml")):
        for one in load(path):
            if not one.request.url.endswith("/chat/completions"):
                continue
            url = "https://api.groq.com/openai/v1/chat/completions"
            headers = {**one.response.headers, "date": DATE}
            found.append(
                (structs.replace(one.request, url=url), structs.replace(one.response, headers=headers, chunks=()))
            )
    return found


def kept(folder: Path, name: str, data: bytes) -> list[Recorded]:
    path = folder / "groq" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    file = read(place_of(path, folder))
    assert not file.complaints
    return list(file.recorded)


def shown(recorded: list[Recorded]) -> dict[str, list[tuple[str, str, str, str]]]:
    (row,) = rows(recorded)
    x, whole = row.exchanges[0], row.row
    return {
        name: [(f.kind, f.reason, f.note, f.variant) for f in findings_of(probe, x, whole)]
        for name, probe in probes().items()
    }


@pytest.mark.parametrize("number", range(0, 40, 5))
def test_one_exchange_shows_the_same_in_every_form(tmp_path: Path, number: int) -> None:
    pair = real()[number % len(real())]
    found = {name: shown(kept(tmp_path, name, write([pair]))) for name, write in EVERY.items()}
    first = found["two.yaml"]
    assert any(first.values())
    assert {name: one for name, one in found.items() if one != first} == {}


@pytest.mark.parametrize("name", EVERY)
def test_request_and_response_are_as_they_were(name: str) -> None:
    pair = next(pair for pair in real() if pair[1].body.startswith(b"{"))
    ((request, response),) = pairs(parse(EVERY[name]([pair])))
    assert (request.method, request.path) == (pair[0].method, pair[0].path)
    assert json.loads(request.body) == json.loads(pair[0].body)
    assert (response.status, json.loads(response.body)) == (pair[1].status, json.loads(pair[1].body))
    assert response.headers == {**pair[1].headers}


@pytest.mark.parametrize("name", EVERY)
def test_each_form_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    (tmp_path / "anything.yaml").write_bytes(EVERY[name](real()[:1]))
    assert read_file(tmp_path / "anything.yaml").form in forms()


MANY = [name for name in EVERY if name != "req_llm.json"]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_names_places_order_splitting_merging_and_copies_change_no_verdict(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(len(real()))), min_size=1, max_size=8, unique=True))
    exchanges = [real()[number] for number in chosen]
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        (Path(one) / "groq").mkdir()
        for number, pair in enumerate(exchanges):
            (Path(one) / "groq" / f"{number:02}.yaml").write_bytes(vcrpy([pair]))
        mixed = [*exchanges, *data.draw(st.lists(st.sampled_from(exchanges), max_size=3))]
        random.Random(data.draw(st.integers())).shuffle(mixed)
        while mixed:
            size = data.draw(st.integers(1, len(mixed)))
            piece, mixed = mixed[:size], mixed[size:]
            folder = Path(two) / data.draw(st.sampled_from(["groq", "b/groq", "groq/z"]))
            folder.mkdir(parents=True, exist_ok=True)
            form = data.draw(st.sampled_from(MANY))
            (folder / f"{len(mixed)}-{form}").write_bytes(EVERY[form](piece))
        assert verdicts(Path(one)) == verdicts(Path(two))


def verdicts(root: Path) -> dict[str, dict[str, str]]:
    found, complaints = read_rows(root)
    assert not complaints
    return {row.id.name: in_words(judged(row).cells) for row in found}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("spoilt", ["cut", "empty", "corrupt", "other"])
def test_a_file_that_is_cut_empty_or_corrupt_is_one_line(tmp_path: Path, name: str, spoilt: str) -> None:
    data = EVERY[name](real()[:1])
    path = tmp_path / name
    path.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "empty": b"",
            "corrupt": data[:40] + b"\x00\xff{[" + data[44:],
            "other": b"- a\n- b\n",
        }[spoilt]
    )
    if spoilt == "cut" and is_whole(path):  # a cut that leaves it whole, but for its end
        return
    with pytest.raises(BadRecording) as raised:
        read_file(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < len(str(path)) + 400


def is_whole(path: Path) -> bool:
    try:
        return bool(read_file(path).kept)
    except BadRecording:
        return False


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("vcrpy.yaml", b"version: 1", b"version: 3"),
        ("two.yaml", b"version: 2", b"version: 3"),
        ("text.har", b'"version": "1.2"', b'"version": "2.0"'),
    ],
)
def test_another_version_is_one_line_that_says_which_are_known(
    tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    (tmp_path / name).write_bytes(EVERY[name](real()[:1]).replace(old, new))
    with pytest.raises(BadRecording, match=r"is version .* only version"):
        read_file(tmp_path / name)


def test_a_file_of_two_forms_is_one_line(tmp_path: Path) -> None:
    data = vcrpy(real()[:1]) + b"---\n" + HOSTLESS["httpmock.yaml"](real()[:1])
    (tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(BadRecording, match="of two forms at once, httpmock and vcrpy; split it"):
        read_file(tmp_path / "a.yaml")
    both = {**json.loads(har(real()[:1])), **json.loads(WRITERS["vcrpy.json"](real()[:1]))}
    (tmp_path / "a.json").write_bytes(json.dumps(both).encode())
    with pytest.raises(BadRecording, match="of two forms at once, har and vcrpy; split it"):
        read_file(tmp_path / "a.json")


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("m"))
)


def test_a_bomb_of_aliases_does_not_go_off(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(BOMB)
    with pytest.raises(BadRecording, match="of no form that is known"):
        read_file(tmp_path / "a.yaml")
    bomb = b"".join(b"      " + line + b"\n" for line in BOMB.splitlines())
    data = vcrpy(real()[:1]).replace(b"    body:\n", b"    parsed_body:\n" + bomb + b"    body:\n", 1)
    assert data != vcrpy(real()[:1])
    (tmp_path / "b.yaml").write_bytes(data)
    with pytest.raises(BadRecording, match="aliases make a body without end"):
        read_file(tmp_path / "b.yaml")


def test_a_file_of_200_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(BadRecording, match="has 200 MB, more than any recording"):
        read_file(tmp_path / "a.yaml")


def test_a_small_file_that_unpacks_to_more_than_any_recording_is_not_read(tmp_path: Path) -> None:
    for name, pack in (("a.yaml.gz", gzip.compress), ("a.yaml.zst", zstd.compress)):
        (tmp_path / name).write_bytes(pack(bytes(LIMIT + 1)))
        with pytest.raises(BadRecording, match="more than 64 MB unpacked"):
            read_file(tmp_path / name)


def test_nesting_without_end_is_one_line(tmp_path: Path) -> None:
    for name, data in (("a.json", b'{"log":' + b"[" * 100_000), ("a.yaml", b"interactions: " + b"[" * 100_000)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadRecording):
            read_file(tmp_path / name)


def test_an_exchange_that_is_broken_costs_its_own_evidence(tmp_path: Path) -> None:
    tree = json.loads(har(real()[:3]))
    del tree["log"]["entries"][1]["response"]["status"]
    (tmp_path / "a.har").write_bytes(json.dumps(tree).encode())
    file = read(place_of(tmp_path / "a.har", tmp_path))
    assert [outcome.fate for outcome in file.outcomes] == ["unreadable", "used", "used"]
    assert file.complaints == (
        f"{tmp_path / 'a.har'}: exchange 2: is cut or corrupt: 'status' is missing or of the wrong type",
    )


def test_a_file_of_formats_without_both_halves_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "modules", lambda package: [*modules(package), "_nodes"])
    forms.cache_clear()
    with pytest.raises(BadRecording, match=r"formats/_nodes\.py is no form"):
        forms()
    monkeypatch.undo()
    forms.cache_clear()


@pytest.mark.parametrize("name", forms())
def test_each_form_documents_itself(name: str) -> None:
    first = (forms()[name].__doc__ or "").partition("\n")[0]
    assert first[-1:] in ".:,"


@pytest.mark.parametrize("form", ["vcrpy.yaml", "ruby.yml", "two.yaml", "base64.har", "pieces.har", "hex.json"])
@pytest.mark.parametrize("said", ["gzip", "br", "zstd", "identity", "GZIP, br", ""])
def test_what_is_compressed_is_told_by_its_first_bytes_and_brotli_by_its_header_where_the_bytes_agree(
    said: str, form: str
) -> None:
    """As it is, in each of them, and as it is with brotli above, where the header says so."""
    body = json.dumps({"choices": [], "told": "na\u00efve " * 50}).encode()
    kinds = [body, gzip.compress(body), zlib.compress(body), zstd.compress(body)]
    if "br" in said:
        kinds += [brotli.compress(kind) for kind in kinds]
    for packed in kinds:
        headers = {"content-type": "application/json", **({"content-encoding": said} if said else {})}
        request = Request("POST", "https://a.example/v1/chat/completions", b"{}", {"content-type": "application/json"})
        written = WRITERS[form]([(request, Response(200, headers, packed))])
        assert json.loads(pairs(parse(written))[0][1].body) == json.loads(body)


def test_a_packed_request_is_read_too() -> None:
    headers = {"content-type": "application/json", "content-encoding": "br"}
    request = Request("POST", "https://a.example/v1/chat/completions", brotli.compress(b'{"model": "m"}'), headers)
    written = vcrpy([(request, Response(200, {}, b"{}"))])
    assert pairs(parse(written))[0][0].body == b'{"model": "m"}'


@pytest.mark.parametrize(
    "packed",
    [b"", b"text", b"{}", brotli.compress(b"{}")[:-1], brotli.compress(bytes(LIMIT + 1), quality=0)],
    ids=["empty", "text", "JSON", "cut", "too large"],
)
def test_what_is_said_to_be_brotli_and_is_none_or_beyond_all_bounds_stays_as_it_is(packed: bytes) -> None:
    side = Response(200, {"content-encoding": "br"}, packed)
    assert unpacked_as_said(side) is side


@pytest.mark.parametrize("ending", [".gz", ".zst"])
@pytest.mark.parametrize(
    ("bad", "says"), [(b"cut", "is compressed and cut"), (b"corrupt", "is compressed and corrupt")]
)
def test_a_packed_file_that_is_not_whole_is_one_line(tmp_path: Path, ending: str, bad: bytes, says: str) -> None:
    plain = vcrpy(real()[:1])
    data = gzip.compress(plain) if ending == ".gz" else zstd.compress(plain)
    path = tmp_path / f"a.yaml{ending}"
    path.write_bytes(data)
    assert read_file(path).form == "vcrpy"
    path.write_bytes(data[:-9] if bad == b"cut" else data[:30] + b"\0" * 400 + data[430:])
    with pytest.raises(BadRecording, match=says):
        read_file(path)
