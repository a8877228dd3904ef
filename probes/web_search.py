"""Web search by the provider's own engine.

Asks:         a question about today that needs a search, with the provider's search tool on.
Supported:    the answer shows the sources or the queries of a search.
Unsupported:  the error names the search tool (rejected), no trace of a search comes (ignored), its sources are no addresses
              (malformed), or the wire has no field for it (not_expressible).
"""

from probes.base import Asks, Row, probe, quoted, supported, unsupported
from providers.chat import Ask


@probe("Tool", "🕸️", words=r"search|tool|web", proves=("web_search",))
def web_search(row: Row) -> Asks:
    reply = yield Ask.text(
        "Search the web: who won the most recent Nobel Prize in Literature? Reply with the name and the year.",
        name="tools-websearch", web_search=True, stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    if reply.sources and not any(source.url.startswith(("http://", "https://")) for source in reply.sources):
        return unsupported("malformed", reply, f"{quoted(reply.sources[0].url)} is no address of a source")
    if reply.sources or reply.searches:
        shown = [source.url for source in reply.sources][:2] or list(reply.searches[:2])
        return supported(reply, f"searched: {', '.join(quoted(item) for item in shown)}")
    return unsupported("ignored", reply, f"no sources, no queries: {quoted(reply.text)}")
