"""Pictures of results."""

from xml.etree import ElementTree as ET

import pytest

from scoreboard.pages.pictures import Share, badge, heat_map, share, shield
from scoreboard.results.model import Results
from tests.support.boards import ACCEPTED, FLAKY, HOSTILE, IGNORED, NO_FIELD, SEEN, UNKNOWN, board, hostile, row

SVG = "{http://www.w3.org/2000/svg}"


def _texts(picture: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 (our own)


def test_what_has_no_field_or_is_unknown_is_not_counted_as_measured() -> None:
    assert share([SEEN, ACCEPTED, FLAKY, IGNORED, NO_FIELD, UNKNOWN]) == Share(2, 4, 1)


@pytest.mark.parametrize(
    ("one", "text"), [(Share(0, 3, 0), "0%"), (Share(2, 3, 1), "67%"), (Share(0, 0, 1), "–"), (Share(0, 0, 0), "")]
)
def test_nothing_known_no_field_and_nothing_that_works_look_different(one: Share, text: str) -> None:
    assert one.percent == text
    assert (one.shade == Share(0, 0, 0).shade) == (one.measured == 0)


def test_more_that_works_has_another_shade() -> None:
    assert len({Share(held, 5, 0).shade for held in range(5)}) == 5


def test_the_heat_map_has_a_row_per_provider_of_which_anything_is_known() -> None:
    everything = [*board(), Results("silent", rows=(row("m", json=UNKNOWN),))]
    texts = _texts(heat_map(everything))
    assert "acme" in texts
    assert "silent" not in texts
    assert "100%" in texts
    assert "JSON" in texts


def test_a_badge_tells_what_works_in_any_mode_by_group() -> None:
    rows = [row("m-1", json=SEEN, schema=IGNORED), row("m-1", True, schema=IGNORED, stream_ends=SEEN, seed=NO_FIELD)]
    assert _texts(badge("acme", "m-1", rows)) == ["acme/m-1", "Form 1/2", "Streams 1/1", "2026-08"]


def test_a_shield_is_of_the_form_that_the_service_reads() -> None:
    assert shield("acme", "m", [row("m", json=SEEN, schema=IGNORED)]) == {
        "schemaVersion": 1, "label": "acme/m", "message": "1 of 2 capabilities work", "color": "yellow",
    }  # fmt: skip
    assert shield("acme", "m", [row("m", json=UNKNOWN)])["message"] == "not known"


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:20]))
def test_hostile_names_are_text_in_a_picture(name: str) -> None:
    picture = badge(name, name, [row(name, json=SEEN)])
    tags = {element.tag for element in ET.fromstring(picture).iter()}  # noqa: S314 (our own)
    assert tags == {f"{SVG}{tag}" for tag in ("svg", "title", "clipPath", "rect", "g", "text")}
    assert len(picture) < 5_000


def test_a_heat_map_of_hostile_names_is_sound() -> None:
    tags = {element.tag for element in ET.fromstring(heat_map([hostile()])).iter()}  # noqa: S314 (our own)
    assert tags == {f"{SVG}{tag}" for tag in ("svg", "title", "rect", "g", "text")}
