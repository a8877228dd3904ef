"""The fields that Mistral's requests may have; the API refuses all others.

Sources: the request types of the mistralai package, https://docs.mistral.ai/api.
"""

# POST /v1/chat/completions.
CHAT = frozenset([
    "model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata", "response_format",
    "tools", "tool_choice", "presence_penalty", "frequency_penalty", "min_tokens", "repetition_penalty", "top_k", "logprobs",
    "top_logprobs", "prompt_logprobs", "top_prompt_logprobs", "n", "prediction", "parallel_tool_calls", "reasoning_effort",
    "prompt_mode", "guardrails", "prompt_cache_key", "service_tier", "safe_prompt",
])  # fmt: skip
# POST /v1/conversations.
START = frozenset([
    "inputs", "stream", "store", "handoff_execution", "instructions", "tools", "completion_args", "guardrails", "name",
    "description", "metadata", "agent_id", "agent_version", "model",
])  # fmt: skip
# POST /v1/conversations/{id}.
APPEND = frozenset([
    "inputs", "stream", "store", "handoff_execution", "completion_args", "tool_confirmations",
])  # fmt: skip
# The field `completion_args` of both.
ARGS = frozenset([
    "stop", "presence_penalty", "frequency_penalty", "temperature", "top_p", "max_tokens", "random_seed", "prediction",
    "response_format", "tool_choice", "reasoning_effort",
])  # fmt: skip
# POST /v1/batch/jobs.
JOB = frozenset([
    "endpoint", "input_files", "requests", "model", "agent_id", "metadata", "timeout_hours",
])  # fmt: skip
# A message's fields by its role, a chunk's by its type.
MESSAGES = {
    "system": ("role", "content"),
    "user": ("role", "content"),
    "assistant": ("role", "content", "tool_calls", "prefix"),
    "tool": ("role", "content", "tool_call_id", "name"),
}
CHUNKS = {
    "text": ("type", "text"),
    "image_url": ("type", "image_url"),
    "document_url": ("type", "document_url", "document_name"),
    "input_audio": ("type", "input_audio"),
    "file": ("type", "file_id"),
    "reference": ("type", "reference_ids"),
    "thinking": ("type", "thinking", "signature", "closed"),
    "tool_reference": ("type", "tool", "title", "url", "favicon", "description"),
}
TOOLS = ("function", "image_generation", "document_library", "connector")
CONNECTORS = (
    "code_interpreter",
    "connector",
    "document_library",
    "function",
    "image_generation",
    "web_search",
    "web_search_premium",
)
ENTRIES = ("message.input", "message.output", "function.call", "function.result", "tool.execution", "agent.handoff")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
