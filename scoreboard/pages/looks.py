"""The templates of the site, compiled once, and a provider's text made fit for them."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

import jinja2

from providers.base import find_provider
from scoreboard.pages.markup import TEMPLATES, escape
from scoreboard.pages.site_paths import href, path_of
from scoreboard.text import one_line

SOURCES = TEMPLATES / "site"
_NAME = 200


def shown(text: str, most: int = _NAME) -> str:
    """A provider's text on one line, cut where it is longer than so many characters."""
    line = one_line(text[: 2 * most])
    return line if len(line) <= most and len(text) <= 2 * most else f"{line[:most]}…"


def title_of(provider: str) -> str:
    """What a provider is called."""
    known = find_provider(provider)
    return known.title if known else shown(provider)


def permalink(*names: str, cell: str = "") -> str:
    """What stands behind the # of the table's address: provider, model and mode, and the id of a cell."""
    place = "/".join(quote(shown(name), safe="/:+@") for name in names)
    return f"{place}:{quote(cell)}" if cell else place


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SOURCES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters |= {"href": href, "md": escape}
    env.globals |= {"path_of": path_of, "permalink": permalink, "shown": shown, "title_of": title_of}
    return env


def drawn(template: str, **values: object) -> str:
    """A page, picture or feed: all text of it is escaped, and a name that is not given is an error."""
    return _environment().get_template(template).render(values)
