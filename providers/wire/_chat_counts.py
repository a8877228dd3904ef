"""What a chat completion counts: tokens, in the forms of many servers, and the log-probabilities of an answer's
tokens.
"""

from __future__ import annotations

from typing import Any

from providers.chat import TokenLogprob, Usage
from providers.wire._json import Tree
from providers.wire._lenient import rows, summed

_USAGE = (
    "total_tokens", "prompt_tokens_details", "completion_tokens_details", "input_tokens_details",
    "output_tokens_details",
    "prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "cached_tokens", "queue_time", "prompt_time",
    "completion_time", "total_time",
    "cost", "cost_details", "is_byok", "server_tool_use", "search_context_size", "citation_tokens",
    "num_search_queries",
    "prompt_audio_seconds", "num_cached_tokens", "image_tokens", "audio_tokens", "video_tokens", "web_search_usage",
    "plugins",
)  # fmt: skip
_TIMINGS = (
    "prompt_ms", "prompt_per_token_ms", "prompt_per_second", "predicted_ms", "predicted_per_token_ms",
    "predicted_per_second",
    "draft_n", "draft_n_accepted",
)  # fmt: skip


def usage(tree: Tree) -> Usage | None:
    """Counted tokens, or None where nothing was counted."""
    if not tree:
        return None
    tree.known(*_USAGE)
    if not any(name in tree for name in ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")):
        return None
    details = Tree(tree.any("completion_tokens_details") or tree.any("output_tokens_details"), "usage.details")
    given = tree.int("prompt_tokens") or tree.int("input_tokens")
    made = tree.int("completion_tokens") or tree.int("output_tokens")
    thinking = details.int("reasoning_tokens") or tree.int("reasoning_tokens")
    # Where the total shows that thinking is not among the answer's tokens, it is added.
    apart = thinking and tree.int("total_tokens") == given + made + thinking
    return Usage(given, summed(made, thinking) if apart else made, thinking)


def timed(tree: Tree) -> Usage | None:
    """Tokens as the server of llama.cpp counts them beside its times, also where no usage was asked for
    (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md).
    """
    tree.known(*_TIMINGS)
    if "predicted_n" not in tree:
        return None
    return Usage(summed(tree.int("cache_n"), tree.int("prompt_n")), tree.int("predicted_n"))


def logprobs(tree: Tree) -> list[TokenLogprob]:
    """The answer's tokens in either form: a list of objects, or lists of the same length side by side."""
    found: list[TokenLogprob] = []
    if not tree:
        return found
    tree.known("refusal", "reasoning_content", "reasoning_logprobs", "token_ids", "text_offset")
    for item in rows(tree, "content"):
        top = [alternative.known("bytes", "id") for alternative in item.known("bytes", "id").trees("top_logprobs")]
        value = item.float("logprob")
        if value is not None:
            found.append(
                TokenLogprob(item.str("token"), value, tuple((t.str("token"), t.float("logprob") or 0.0) for t in top))
            )
    tops = tree.items("top_logprobs")
    for place, (token, value) in enumerate(zip(tree.items("tokens"), tree.items("token_logprobs"), strict=False)):
        if isinstance(value, int | float):
            found.append(TokenLogprob(str(token), _number(value), _top(tops[place] if place < len(tops) else None)))
    return found


def _top(told: Any) -> tuple[tuple[str, float], ...]:
    """Alternatives as {token: logprob}, or as a list of objects."""
    if isinstance(told, dict):
        return tuple((token, _number(value)) for token, value in told.items() if isinstance(value, int | float))
    trees = [
        Tree(item, "top_logprobs[]") for item in (told if isinstance(told, list) else []) if isinstance(item, dict)
    ]
    return tuple((t.str("token"), t.float("logprob") or 0.0) for t in trees)


def _number(value: float) -> float:
    """A number. Raises BadReply for one beyond any bounds."""
    return Tree({"logprob": value}).float("logprob") or 0.0
