"""A field is changed where it stands, and nothing else."""

import json
import tomllib

import pytest

from scoreboard.claims.editing import Misfit, json_set, toml_set
from tests.support.catalogue_copies import CATWALK, LITELLM, TOML


def plain(line: str) -> bool:
    return line.strip() == '"groq/plain": {'


def differing(old: str, new: str) -> list[str]:
    return [line for line in new.splitlines() if line not in old.splitlines()]


def test_a_line_is_changed() -> None:
    new = json_set(LITELLM, plain, "supports_vision", True)
    assert differing(LITELLM, new) == ['        "supports_vision": true']
    assert json.loads(new)["groq/plain"]["supports_vision"] is True


@pytest.mark.parametrize(("field", "behind"), [("supports_audio_input", '"output_cost_per_token"'), ("supports_response_schema", '"supports_function_calling"'), ("supports_web_search", '"supports_vision"')])  # fmt: skip
def test_a_new_line_stands_in_order_among_its_kind(field: str, behind: str) -> None:
    new = json_set(LITELLM, plain, field, True)
    lines = [line.strip() for line in new.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith(f'"{field}"'))
    assert lines[at - 1].startswith(behind)
    assert json.loads(new)["groq/plain"][field] is True


def test_a_list_keeps_its_form() -> None:
    new = json_set(
        LITELLM, lambda line: line.strip() == '"groq/long": {', "supported_modalities", ["text", "image", "audio"]
    )
    assert differing(LITELLM, new) == ['            "image",', '            "audio"']
    assert json_set(LITELLM, lambda line: '"groq/long"' in line, "supported_modalities", ["text", "image"]) == LITELLM


def test_an_entry_is_found_by_a_member_too() -> None:
    new = json_set(CATWALK, lambda line: line.strip() == '"id": "plain",', "supports_attachments", False)
    assert differing(CATWALK, new) == ['      "context_window": 10,', '      "supports_attachments": false']
    assert json.loads(new)["models"][0]["supports_attachments"] is False


def test_a_list_that_ends_elsewhere_is_left() -> None:
    with pytest.raises(Misfit, match="does not end on a line of its own"):
        json_set(
            '{\n  "x": {\n    "id": "x",\n    "a": [\n      1]\n  }\n}\n', lambda line: '"id": "x"' in line, "a", ["b"]
        )


@pytest.mark.parametrize("text", ["{}", '{\n"a": {"groq/plain": 1}\n}', LITELLM + LITELLM])
def test_what_is_not_on_lines_of_its_own_is_left(text: str) -> None:
    with pytest.raises(Misfit):
        json_set(text, plain, "supports_vision", True)


def test_toml_is_changed_where_it_stands() -> None:
    new = toml_set(TOML, "modalities.input", ["text", "pdf"])
    assert differing(TOML, new) == ['input = ["text", "pdf"]']
    assert not new.endswith("\n")  # as it was
    assert differing(TOML, toml_set(TOML, "tool_call", True)) == ["tool_call = true"]


def test_a_new_field_of_toml_stands_behind_its_like() -> None:
    lines = toml_set(TOML, "structured_output", True, ["tool_call"]).splitlines()
    assert lines[lines.index("tool_call = false") + 1] == "structured_output = true"
    lines = toml_set(TOML, "structured_output", True).splitlines()
    assert lines[lines.index("open_weights = true") + 1] == "structured_output = true"


@pytest.mark.parametrize("text", ["", 'base_model = "a"', "[cost]\ninput = 1\n", '[modalities]\ninput = ["text"]'])
def test_what_is_inherited_gets_a_line(text: str) -> None:
    assert tomllib.loads(toml_set(text, "tool_call", True))["tool_call"] is True
    assert tomllib.loads(toml_set(text, "modalities.output", ["text"]))["modalities"]["output"] == ["text"]


def test_a_list_on_several_lines_is_left() -> None:
    with pytest.raises(Misfit, match="several lines"):
        toml_set('[modalities]\ninput = [\n  "text",\n]\n', "modalities.input", ["text"])
