"""A field that never arrives has no effect, and is told so; what a gateway does beside that is laid on no cell."""

import pytest

from benchmarks.accuracy import SPOKEN_BY
from benchmarks.stripping import BUFFERED, CACHE, CONSTANT, DROPPED, FIELDS, GATEWAYS, KEYLESS, UNSEEDED, measured, ways
from emulator.wires import discover
from probes.row import bare
from providers.base import PLAIN, providers

NAMES = ("seed", "stop", "tools", BUFFERED, CONSTANT, CACHE, KEYLESS)
# Fields that no way of asking can do without, or that no answer tells of.
KEPT = {("anthropic", "max_tokens"), ("gemini", "documents"), ("*", "text"), ("*", "batch"), ("*", "file")}
NAMED = {"output/image": "outputs", "output/audio": "outputs", "tool_choice/none": "tool_choice"}


def test_a_field_that_is_dropped_turns_its_own_cells_alone() -> None:
    told = measured("openai_chat", NAMES)
    assert [one.name for one in told] == list(NAMES)
    assert not [line for one in told for line in one.wrong]
    assert all(one.cells > 40 for one in told)


def test_a_cache_is_not_taken_for_a_seed_on_a_wire_without_stop_sequences() -> None:
    (told,) = measured("cloudflare", (UNSEEDED,))
    assert not told.wrong


@pytest.mark.parametrize("wire", FIELDS)
def test_every_feature_of_a_wire_has_a_gateway_that_drops_it(wire: str) -> None:
    provider, model = SPOKEN_BY[wire]
    known = providers()[provider]
    fields = bare(known.wire_for(model).fields(known.quirks_for(model)))
    missing = {NAMED.get(field, field) for field in fields} - FIELDS[wire].keys()
    assert all((wire, field) in KEPT or ("*", field) in KEPT for field in missing), missing
    assert set(FIELDS[wire]) <= set(DROPPED)
    assert set(ways(wire)) <= {*DROPPED, *GATEWAYS}


def test_all_wires_that_answer_with_text_are_stripped() -> None:
    emulated = {wire: SPOKEN_BY[wire] for wire in discover() if wire in SPOKEN_BY}
    spoken = {wire: providers()[provider].wire_for(model) for wire, (provider, model) in emulated.items()}
    assert {wire for wire, module in spoken.items() if "text" in module.fields(PLAIN)} == set(FIELDS)
