"""The maps name cells that there are."""

from probes.base import probes
from scoreboard.claims.catalogues import Flag, maps


def test_every_flag_is_of_cells_that_there_are() -> None:
    flags = [flag for one in maps().catalogues.values() for flag in one.flags]
    assert len(flags) > 40
    assert {cell for flag in flags for cell in flag.cells} <= set(probes())


def test_every_key_is_of_a_catalogue_that_there_is() -> None:
    assert {name for known in maps().providers.values() for name in known.keys} == set(maps().catalogues)


def test_what_is_of_another_type_says_nothing() -> None:
    assert Flag("a.b", ("tools",)).said({"a": {"b": True}}) is True
    assert [Flag("a.b", ("tools",)).said(fields) for fields in ({"a": {"b": "true"}}, {"a": 1}, {})] == [None] * 3
    member = Flag("a", ("tools",), "x")
    assert [member.said({"a": value}) for value in (["x"], ["y"], "x", None)] == [True, False, None, None]
    assert Flag("a", ("tools",), "x", open=True).said({"a": ["y"]}) is None


def test_a_field_of_a_table_is_overwritten_with_it() -> None:
    catalogue = maps().catalogues["models.dev"]
    assert catalogue.overwrites("venice", "modalities.input")
    assert not catalogue.overwrites("groq", "modalities.input")
