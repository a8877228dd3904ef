"""A file to exchanges, each with its fate."""

from pathlib import Path

import pytest
from msgspec import structs

from providers.base import Request
from scoreboard.evidence.cassettes import load
from scoreboard.judge.kept import exchanges, placed, provider_of
from scoreboard.mode import MODES, RowId
from scoreboard.traffic.exchanges import File, Outcome, read
from scoreboard.traffic.places import place_of
from tests.support import ROOT
from tests.support.forms import Pair, httpmock, vcrpy
from tests.support.made_up import ANSWER, REQUEST, recording


def file(root: Path, name: str, data: bytes | str) -> File:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read(place_of(path, root))


def only(found: File) -> Outcome:
    (outcome,) = found.outcomes
    return outcome


@pytest.mark.parametrize(
    ("old", "new", "fate", "why"),
    [
        ("", "", "used", ""),
        ("v1/chat/completions", "v1/embeddings", "passed over", "embeddings"),
        ("v1/chat/completions", "v1/unheard-of", "passed over", "no wire format is known: POST /v1/unheard-of"),
        ("choices", 'id\\":\\"resp_1234\\",\\"choices', "passed over", "made up: its id is too short"),
        ("messages", "nothing", "unreadable", ""),
    ],
)  # fmt: skip
def test_each_exchange_has_a_fate_and_says_why(tmp_path: Path, old: str, new: str, fate: str, why: str) -> None:
    outcome = only(file(tmp_path, "a.yaml", recording().replace(old, new) if old else recording()))
    assert outcome.fate == fate
    assert outcome.why == why or fate == "unreadable"
    assert (outcome.recorded is None) == (fate != "used")


def chat(url: str) -> Pair:
    from providers.base import Response

    return Request("POST", url, REQUEST.encode()), Response(200, {"content-type": "application/json"}, ANSWER.encode())


PATH = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("name", "url", "provider"),
    [
        ("own+er/a/_OLLAMA_x/a.yaml", f"<OLLAMA_API_BASE>{PATH}", "ollama"),
        ("own+er/opentelemetry-instrumentation-ollama/a.yaml", f"http://127.0.0.1:11434{PATH}", "ollama"),
        ("own+er/tests/groq/a.yaml", f"https://<HOST>{PATH}", "groq"),
        ("own+er/tests/a.yaml", f"https://api.groq.com{PATH}", "groq"),
        ("own+er/tests/groqs/a.yaml", f"https://api.example.com{PATH}", "api.example.com"),
    ],
)
def test_struck_out_hosts_are_told_by_what_stands_there_or_by_folders(
    tmp_path: Path, name: str, url: str, provider: str
) -> None:
    outcome = only(file(tmp_path, name, vcrpy([chat(url)])))
    assert outcome.recorded
    assert outcome.recorded.provider == provider


@pytest.mark.parametrize("name", ["groq+cerebras/tests/a.yaml", "own+er/instrumentation-groq/a.yaml"])
def test_whoever_keeps_a_collection_is_no_provider_nor_is_a_server_on_their_machine(tmp_path: Path, name: str) -> None:
    outcome = only(file(tmp_path, name, vcrpy([chat(f"http://localhost:8000{PATH}")])))
    assert (outcome.fate, outcome.why) == ("passed over", "nothing says whose server it is")


def test_where_there_are_no_hosts_folders_tell(tmp_path: Path) -> None:
    found = {
        name: only(file(tmp_path, f"0xPlaygrounds+rig/tests/cassettes/{name}/s/a.yaml", httpmock([chat(PATH)])))
        for name in ("groq", "openai", "unheard")
    }
    providers = {name: outcome.recorded.provider for name, outcome in found.items() if outcome.recorded}
    assert providers == {"groq": "groq", "openai": "openaichat", "unheard": "unheard"}


def test_our_own_cassettes_show_what_they_show_us() -> None:
    row = RowId("llamacpppython", "tiny@0.3.36", MODES[0])
    root = ROOT / "cassettes"
    for path in sorted((root / "llamacpppython" / "tiny@0.3.36" / "sync").glob("*.yaml")):
        ours = exchanges(provider_of(root, row), row.model, placed(root, {path: load(path)}))
        theirs = [one.exchange for one in read(place_of(path, root)).recorded]
        assert sorted(
            (x.ask.name, sorted(x.ask.expects), x.sample, x.observed_at, x.reply.text) for x in ours
        ) == sorted((x.ask.name, sorted(x.ask.expects), x.sample, x.observed_at, x.reply.text) for x in theirs)


def test_media_become_digests_and_those_of_replies_their_beginning(tmp_path: Path) -> None:
    path = next(iter((ROOT / "cassettes").rglob("image-png-inline.yaml")))
    media = [
        medium for one in file(tmp_path, "a.yaml", path.read_bytes()).recorded for medium in one.exchange.ask.media()
    ]
    assert media
    assert {len(medium.data) for medium in media} == {32}
    assert all(medium.word for medium in media)


def test_a_reply_alone_is_no_more_than_that(tmp_path: Path) -> None:
    outcome = only(file(tmp_path, "x/groq/a.json", ANSWER))
    assert outcome.recorded
    x = outcome.recorded.exchange
    assert (x.alone, x.grade, outcome.recorded.provider) == (True, "reply", "groq")


def test_files_of_another_kind_say_nothing_unless_they_are_named(tmp_path: Path) -> None:
    for name, data in (("package.json", "{}"), ("README.md", "# x: [\n"), ("x.png", b"\x89PNG\x00")):
        assert file(tmp_path, name, data) == File("")
        assert read(place_of(tmp_path / name, tmp_path / name)).trouble
    assert file(tmp_path, "a.yaml", "a: 1\n").trouble
    assert structs.replace(File(""), trouble="x").complaints == ("x",)
