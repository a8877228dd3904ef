"""Which recording answers a request."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from providers.base import Request, Response
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.matching import Miss, Player, canonical, fold, unfold
from scoreboard.evidence.media import FOLDER, manifest
from scoreboard.evidence.redaction import PLACEHOLDER, Redactor

URL = "https://api.example.com/v1/chat"
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3))  # fmt: skip


def asked(body: bytes, url: str = URL, method: str = "POST", **headers: str) -> Request:
    return Request(method, url, body, {name.replace("_", "-"): value for name, value in headers.items()})


def player(*bodies: bytes) -> Player:
    return Player(
        [Interaction(asked(body), Response(200, {}, body), f"q{number}") for number, body in enumerate(bodies)],
        "x.yaml",
    )


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (asked(b'{"a":1,"b":[1.0]}'), asked(b'{ "b": [1], "a": 1.0 }'), True),
        (asked(b'{"a":1}'), asked(b'{"a":true}'), False),
        (asked(b'{"a":1}'), asked(b'{"a":"1"}'), False),
        (asked(b'{"a":null}'), asked(b"{}"), False),
        (asked(b'["a","b"]'), asked(b'["b","a"]'), False),
        (asked(b"", f"{URL}?b=2&a=1&key=one"), asked(b"", f"{URL}?a=1&key=two&b=2"), True),
        (asked(b"", "https://API.example.com:443/v1/chat"), asked(b""), True),
        (asked(b"", "https://other.example.com/v1/chat"), asked(b""), False),
        (asked(b"", method="GET"), asked(b""), False),
        (asked(b"\xff"), asked(b"\xfe"), False),
    ],
)
def test_the_canonical_form(one: Request, two: Request, same: bool) -> None:
    first, second = canonical(one), canonical(two)
    assert ((first.method, first.url, first.text) == (second.method, second.url, second.text)) is same


def test_the_boundary_of_a_multipart_body_does_not_count() -> None:
    def form(boundary: str, value: str) -> Request:
        lines = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n{value}\r\n--{boundary}--\r\n'
        return asked(lines.encode(), content_type=f"multipart/form-data; boundary={boundary}")

    assert canonical(form("x1", "v")).text == canonical(form("another", "v")).text
    assert canonical(form("x1", "v")).text != canonical(form("x1", "w")).text


@given(JSON)
def test_any_json_matches_itself_however_it_is_written(value: object) -> None:
    tape = player(json.dumps({"v": value}).encode())
    assert tape.take(asked(json.dumps({"v": value}, indent=3, sort_keys=True).encode())).response.status == 200


def test_each_is_played_once_in_its_order_and_the_rest_is_left_over() -> None:
    tape = Player([Interaction(asked(b"{}"), Response(200, {}, body)) for body in (b"1", b"2", b"3")])
    assert [tape.take(asked(b"{}")).response.body for _ in range(2)] == [b"1", b"2"]
    assert [recording.response.body for recording in tape.leftovers()] == [b"3"]


def test_the_same_in_another_form_is_played_once_and_another_never() -> None:
    request = Request("POST", "https://api.example.com/v1", b'{"max_tokens": 16, "n": 1}', {})
    tape = Player([Interaction(request, Response(200, {}, b"{}"), "maxtokens")], "json.yaml")
    with pytest.raises(Miss, match=r"nearest is number 1 \(maxtokens\): body.max_tokens: 16 recorded, 32 asked"):
        tape.take(structs.replace(request, body=b'{"n":1.0,"max_tokens":32}'))
    assert len(tape.leftovers()) == 1
    assert tape.take(structs.replace(request, body=b'{"n":1.0,"max_tokens":16}')).response.body == b"{}"
    with pytest.raises(Miss, match="recorded once, and played as often"):
        tape.take(request)
    with pytest.raises(Miss, match="nothing is recorded"):
        Player([]).take(request)


def test_a_miss_names_the_nearest_and_what_differs_without_secrets() -> None:
    tape = Player(
        [
            Interaction(asked(b'{"model": "a", "deep": {"n": [1, 2]}}'), Response(200, {}, b"")),
            Interaction(asked(b'{"z": 1}'), Response(200, {}, b"")),
        ]
    )
    with pytest.raises(Miss) as miss:
        tape.take(asked(b'{"model": "a", "deep": {"n": [1, 3]}}', f"{URL}?key=sekrit-key"))
    assert "nearest is number 1" in str(miss.value)
    assert "body.deep.n[1]: 2 recorded, 3 asked" in str(miss.value)
    assert "sekrit" not in str(miss.value)


def test_assets_travel_as_digests_and_come_back() -> None:
    for asset in manifest():
        data = (FOLDER / asset.file).read_bytes()
        for body in (b'{"data": "' + base64.b64encode(data) + b'"}', data):
            folded = fold(asked(body))
            assert len(folded) < 200
            assert unfold(folded) == body


SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40).filter(
    lambda s: s not in PLACEHOLDER
)


@given(SECRET, st.text(max_size=30), st.text(max_size=30))
def test_a_known_secret_never_survives_and_redacting_twice_is_redacting_once(
    secret: str, before: str, after: str
) -> None:
    redactor = Redactor([secret])
    for text in (secret, json.dumps(secret)[1:-1], base64.b64encode(f"{before}{secret}".encode()).decode()):
        once = redactor.text(f"{before} {text} {after}")
        assert not redactor.leaks(once.encode())
        assert redactor.text(once) == once


@pytest.mark.parametrize(
    "text", ["sk-proj-" + "a1" * 20, "AIza" + "b" * 35, "gsk_" + "c" * 40, "Bearer abcdefghij1234567890", "xoxb"]
)
def test_what_looks_like_a_key_goes_too_and_prose_stays(text: str) -> None:
    kept = Redactor().text(f"the key {text} is bad, the task-force-of-sk-8-people is not")
    assert (text in kept) is (text == "xoxb")
    assert "task-force-of-sk-8-people" in kept
