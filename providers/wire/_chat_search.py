"""The web pages and queries of a search that a chat completion tells of, and citations of files.

Each server has its own field: `annotations` with `url_citation`
(https://platform.openai.com/docs/guides/tools-web-search, https://openrouter.ai/docs/features/web-search),
`search_results` and `citations` (https://docs.perplexity.ai/api-reference/chat-completions-post), `executed_tools`
(https://console.groq.com/docs/compound), `search_info` (https://help.aliyun.com/zh/model-studio/web-search),
`web_search` (https://docs.z.ai/api-reference/llm/chat-completion), `web_search_data`
(https://dev.writer.com/api-reference/completion-api/chat-completion).
"""

from __future__ import annotations

from typing import Any

from providers.chat import Citation, Source
from providers.wire._json import Tree, arguments

# The fields that tell of searches; most pieces of a stream have none of them.
_TELLING = frozenset(
    {"search_results", "search_info", "web_search", "web_search_data", "citations", "annotations", "executed_tools"}
)


class Searches:
    """What was found, gathered over the pieces of a stream, in which servers repeat themselves."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._queries: dict[str, None] = {}
        self.citations: list[Citation] = []

    @property
    def sources(self) -> tuple[Source, ...]:
        """Each page once."""
        return tuple(Source(url, title) for url, title in self._titles.items())

    @property
    def queries(self) -> tuple[str, ...]:
        """Each query once."""
        return tuple(self._queries)

    def read(self, tree: Tree) -> None:
        """The fields of a body or of a message that tell of searches."""
        if tree.value.keys().isdisjoint(_TELLING):
            return
        for found in (
            *tree.trees("search_results"),
            *tree.tree("search_info").known("extra_tool_info").trees("search_results"),
            *(tree.trees("web_search") if isinstance(tree.any("web_search"), list) else ()),
            *tree.tree("web_search_data").trees("sources"),
        ):
            self._page(found)
        for item in tree.items("citations"):
            self._loose(item)
        for note in tree.trees("annotations"):
            self._note(note)
        for tool in tree.trees("executed_tools"):
            self._tool(tool)

    def _page(self, found: Tree) -> None:
        found.known(
            "date",
            "last_updated",
            "snippet",
            "source",
            "content",
            "score",
            "index",
            "icon",
            "site_name",
            "id",
            "logo_url",
        )
        found.known("type", "start_index", "end_index", "publish_time", "summary", "web_anchor", "images")
        found.known("media", "publish_date", "refer", "raw_content")
        url = found.str("url") or found.str("link")
        if url:
            self._titles[url] = found.str("title") or self._titles.get(url, "")

    def _loose(self, item: Any) -> None:
        if isinstance(item, str):
            self._titles.setdefault(item, "")
        elif isinstance(item, dict):
            self._page(Tree(item, "citations[]"))

    def _note(self, note: Tree) -> None:
        kind = note.str("type")
        if kind in ("url_citation", "") and ("url_citation" in note or "url" in note):
            self._page(note.tree("url_citation") if "url_citation" in note else note)
        elif kind == "file_citation":
            file = note.tree("file_citation") if "file_citation" in note else note
            file.known("index")
            self.citations.append(Citation(file.str("filename") or file.str("file_id"), file.str("quote")))
        else:
            note.known("file")  # a parsed file, to be sent again instead of the file

    def _tool(self, tool: Tree) -> None:
        tool.known("index", "name", "output", "code_results", "browser_results")
        found = tool.tree("search_results").known("images")
        if (
            tool.str("type")
            and (query := (arguments(tool.str("arguments")) or {}).get("query"))
            and isinstance(query, str)
        ):
            self._queries[query] = None
        for page in found.trees("results"):
            self._page(page)
