"""Web search by the provider's own engine.

Asks:         a question about today that needs a search, with the provider's search tool on.
Seen:         the answer shows the sources or the queries of a search.
Accepted:     on, and nothing of a search is shown; the model may not have needed one.
Missed:       a search was asked for in words, and nothing of one is shown (ignored), or its sources are no addresses
              (malformed).
Refused:      the error names the search tool.
"""

import re

from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, seen, words_of
from providers.chat import Error

# That other tools are not taken is said by listing those that are, the search among them.
_TAKEN = re.compile(r"\bonly (?:support|accept|allow)s?\b.*['\"`]web_search")
_SEARCH = re.compile(r"\b(search|look(ing)? up|browse)\b.{0,20}\b(web|internet|online)\b", re.IGNORECASE)


def _on_error(x: Exchange, error: Error) -> Finding | None:
    del x
    return nothing("unsure", f"{error.status}: {error.message:.300}") if _TAKEN.search(error.message) else None


@probe("Tool", "🕸️", requires={"web_search"}, named_in_errors=r"search|tool|web", on_error=_on_error)
def web_search(x: Exchange, row: Row) -> Finding | None:
    del row
    reply = x.reply
    if (
        reply.sources
        and x.is_as_it_was
        and not any(one.url.startswith(("http://", "https://")) for one in reply.sources)
    ):
        return missed("malformed", f"{quoted(reply.sources[0].url)} is no address of a source")
    if reply.failed and not reply.sources:
        return nothing("unsure", f"the search failed: {quoted(reply.failed[0])}")
    if reply.sources or reply.searches:
        shown = [source.url for source in reply.sources][:2] or list(reply.searches[:2])
        return seen(f"searched: {', '.join(quoted(item) for item in shown)}")
    is_due = len(x.ask.messages) < 3 and not reply.calls and _SEARCH.search(words_of(x.ask))
    if "web_search" in x.ask.expects or is_due:
        return missed("ignored", f"no sources, no queries: {quoted(reply.text)}")
    return accepted(f"no sources, no queries; it may not have needed a search: {quoted(reply.text)}")


@web_search.asks
def asks(row: Row) -> Asks:
    yield row.ask(
        "Search the web: who won the most recent Nobel Prize in Literature? Reply with the name and the year.",
        name="search", web_search=True, expects=frozenset({"web_search"}),
    )  # fmt: skip
