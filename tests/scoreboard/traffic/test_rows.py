"""Files of recorded traffic to rows."""

import json
import random
from pathlib import Path

import pytest

from probes.row import Exchange
from scoreboard.traffic.exchanges import File, Recorded
from scoreboard.traffic.exchanges import read as read_place
from scoreboard.traffic.places import place_of, places_below
from scoreboard.traffic.rows import TrafficRow, groups, in_force, packed, rows
from tests.support.made_up import ANSWER, REQUEST, URL, recording

GROQ = "https://api.groq.com/openai/v1/chat/completions"
MESSAGE = {"role": "assistant", "content": "Hi", "reasoning_content": "Hm"}
THOUGHT = json.dumps({"choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]})


def read(path: Path, root: Path) -> File:
    return read_place(place_of(path, root))


def put(root: Path, name: str, *texts: str, url: str = GROQ, date: str = "") -> Path:
    """A file with the interactions of several."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    head, _, _ = texts[0].partition("- request:")
    whole = head + "".join(f"- request:{text.partition('- request:')[2]}" for text in texts)
    if date:
        whole = whole.replace("code: 200\n    headers: {", f'code: 200\n    headers: {{Date: ["{date}"], ')
    path.write_text(whole.replace(URL, url))
    return path


def asking(**more: object) -> str:
    return json.dumps({**json.loads(REQUEST), **more})


def found(root: Path) -> list[TrafficRow]:
    return rows(one for place in places_below(root) for one in read_place(place).recorded)


def ids(root: Path) -> list[str]:
    return [row.id.name for row in found(root)]


def test_a_file_is_read_and_its_exchanges_have_their_addresses(tmp_path: Path) -> None:
    path = put(tmp_path, "2025-08/groq/m/a.yaml", recording(), recording(request=asking(seed=1)))
    one, two = read(path, tmp_path).recorded
    assert (one.collection, one.provider, one.model, one.wire) == ("2025-08", "groq", "m", "openai_chat")
    assert one.exchange.where.endswith("/groq/testdata/TestClient_Scoreboard/m/a.yaml")
    assert two.exchange.where == one.exchange.where + "#2"
    assert two.exchange.ask.seed == 1
    assert one.digest != two.digest


def test_files_that_were_to_fail_or_belong_to_no_model_are_left_out(tmp_path: Path) -> None:
    for name in ("m/a.yaml", "_errors/b.yaml", "m/_other/c.yaml", "_vcr/d.json", ".git/e.yaml"):
        put(tmp_path, name, recording())
    assert [place.path for place in places_below(tmp_path)] == [tmp_path / "_vcr" / "d.json", tmp_path / "m" / "a.yaml"]
    assert [place.path for place in places_below(tmp_path / "_errors" / "b.yaml")] == [tmp_path / "_errors" / "b.yaml"]


def test_what_cannot_be_read_costs_its_own_evidence_and_is_told_in_a_line(tmp_path: Path) -> None:
    path = put(tmp_path, "m/a.yaml", recording(), recording(request="no json"), recording("no json"))
    file = read(path, tmp_path)
    assert [one.exchange.lost for one in file.recorded] == ["", "unreadable"]
    assert len(file.complaints) == 2
    assert all(line.startswith(str(path)) and "\n" not in line for line in file.complaints)


def test_a_row_of_streams_knows_who_asked_the_same_without(tmp_path: Path) -> None:
    streamed = recording("data: [DONE]\n\n", request=asking(stream=True))
    put(tmp_path, "m/a.yaml", recording(), recording(request=asking(seed=1)), streamed)
    plain, stream = found(tmp_path)
    assert (plain.others, len(plain.exchanges)) == ((), 2)
    assert [x.where for x in stream.exchanges] == [plain.exchanges[0].where + "#3"]
    assert [(x.where, x.ask.stream, x.ask.seed) for x in stream.others] == [(plain.exchanges[0].where, False, None)]


def test_a_file_that_is_no_recording_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("just a text")
    file = read(path, tmp_path)
    assert (file.recorded, len(file.complaints)) == ((), 1)


def test_rows_are_told_apart_by_provider_model_stream_and_thinking(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", recording())
    put(tmp_path, "b.yaml", recording(request=asking(model="n")))
    put(tmp_path, "c.yaml", recording(request=asking(stream=True)))
    put(tmp_path, "d.yaml", recording(request=asking(seed=2)), url="https://api.cerebras.ai/v1/chat/completions")
    assert ids(tmp_path) == ["cerebras/m/sync", "groq/m/sync", "groq/m/stream", "groq/n/sync"]


def test_copies_count_once_wherever_they_lie(tmp_path: Path) -> None:
    for name in ("2025-08/groq/m/a.yaml", "2025-08/groq/m/copy.yaml", "2025-08/groq/m/below/a.yaml"):
        put(tmp_path, name, recording())
    (row,) = found(tmp_path)
    assert len(row.exchanges) == 1


def test_another_answer_to_the_same_question_is_no_copy(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", recording(), recording(ANSWER.replace("Hello", "Ahoy")))
    (row,) = found(tmp_path)
    assert [x.number for x in row.exchanges] == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_files_are_read_does_not_matter(tmp_path: Path, seed: int) -> None:
    for number in range(6):
        put(
            tmp_path,
            f"{number}.yaml",
            recording(request=asking(seed=number)),
            recording(THOUGHT, request=asking(seed=-number)),
        )
    everything = [one for place in places_below(tmp_path) for one in read_place(place).recorded]
    shuffled = everything.copy()
    random.Random(seed).shuffle(shuffled)
    assert in_order(shuffled) == in_order(everything)


def in_order(recorded: list[Recorded]) -> list[tuple[str, list[str]]]:
    return [(row.id.name, [x.where for x in row.exchanges]) for row in rows(recorded)]


def test_where_requests_leave_thinking_open_the_replies_of_both_modes_tell(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", recording(THOUGHT), recording(THOUGHT, request=asking(seed=1)), url=GROQ)
    put(tmp_path, "b.yaml", recording("data: [DONE]\n\n", request=asking(stream=True)))
    assert ids(tmp_path) == ["groq/m/sync+thinking", "groq/m/stream+thinking"]


def test_a_request_that_says_so_is_of_that_mode_whatever_the_others_do(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", recording(THOUGHT), recording(request=asking(reasoning_effort="none")))
    assert ids(tmp_path) == ["groq/m/sync", "groq/m/sync+thinking"]


def test_a_collection_whose_recorder_knew_says_by_its_folder_whether_the_model_thinks(tmp_path: Path) -> None:
    put(tmp_path, "2025-08/groq/m/a.yaml", recording(THOUGHT))
    put(tmp_path, "2025-08/groq/m_thinking/a.yaml", recording())
    assert ids(tmp_path) == ["groq/m/sync", "groq/m/sync+thinking"]


def test_collections_are_rows_apart(tmp_path: Path) -> None:
    put(tmp_path, "2025-08/groq/m/a.yaml", recording())
    put(tmp_path, "2026-08/groq/m/a.yaml", recording())
    assert [(row.collection, row.id.name) for row in found(tmp_path)] == [
        ("2025-08", "groq/m/sync"),
        ("2026-08", "groq/m/sync"),
    ]


def observed(root: Path, name: str, date: str = "") -> Exchange:
    return read(put(root, name, recording(), date=date), root).recorded[0].exchange


def test_the_day_is_that_of_the_answer_or_of_the_collection_or_none(tmp_path: Path) -> None:
    date = "Thu, 28 Aug 2025 10:00:00 GMT"
    assert observed(tmp_path, "acme/a.yaml", date).observed_at == "2025-08-28"
    assert observed(tmp_path, "2026-08/groq/m/a.yaml", date).observed_at == "2025-08-28"
    assert observed(tmp_path, "2026-08/groq/m/a.yaml").observed_at == "2026-08-20"
    assert observed(tmp_path, "acme/a.yaml").observed_at == ""
    assert observed(tmp_path, "acme/a.yaml", "some day").observed_at == ""


def test_headers_count_where_the_recorder_kept_them(tmp_path: Path) -> None:
    assert observed(tmp_path, "acme/a.yaml").headers == ()
    assert observed(tmp_path, "acme/a.yaml", "Thu, 28 Aug 2025 10:00:00 GMT").headers == ("date", "content-type")
    known = observed(tmp_path, "2025-08/groq/m/a.yaml")
    assert (known.headers, known.all_headers) == (("content-type",), True)


def test_a_file_that_is_named_itself_has_the_folders_above_it(tmp_path: Path) -> None:
    path = put(tmp_path, "2025-08/groq/m/a.yaml", recording(), url=URL)
    (one,) = read(path, path).recorded
    assert (one.collection, one.provider) == ("2025-08", "groq")


@pytest.mark.parametrize(
    ("name", "provider", "where"),
    [
        ("acme/m/a.yaml", "acme", "acme/m/a.yaml"),
        ("a.yaml", "recordings", "a.yaml"),
        ("2031-01/acme/m/a.yaml", "acme", "2031-01/acme/m/a.yaml"),
    ],
)
def test_what_lies_above_the_folder_that_was_named_names_nothing(
    tmp_path: Path, name: str, provider: str, where: str
) -> None:
    root = tmp_path / "recordings"
    (one,) = read(put(root, name, recording(), url=URL), root).recorded
    assert (one.provider, one.exchange.where) == (provider, where)


def test_a_row_is_as_the_judge_takes_it(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", recording(request=asking(stream=True)))
    (row,) = found(tmp_path)
    assert (row.row.stream, row.row.thinking, len(row.row.exchanges)) == (True, False, 1)
    assert "seed" in row.row.fields


def test_a_stream_is_held_against_the_plain_row_in_force_whoever_kept_that(tmp_path: Path) -> None:
    put(tmp_path, "acme+sdk/a.yaml", recording(request=asking(stream=True)))
    for name in ("2025-08/groq/m/a.yaml", "2026-08/groq/m/a.yaml"):
        put(tmp_path, name, recording(request=asking()), recording(request=asking(seed=1)))
    kept = groups(packed(one) for place in places_below(tmp_path) for one in read_place(place).recorded)
    stream, older, newer = in_force(kept)
    assert (older.apart, newer.apart, older.others, newer.others) == ("2025-08", "2026-08", (), ())
    assert stream.others == newer.packed[:1]
