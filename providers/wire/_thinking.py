"""Thinking that a model wrote into its text, set apart from the answer.

Open models mark it by tags that their chat templates define, and a server that does not parse them leaves them in the
text: `<think>` (https://huggingface.co/deepseek-ai/DeepSeek-R1, https://huggingface.co/Qwen/Qwen3-8B), `<thinking>`,
`<thought>` (https://ai.google.dev/gemini-api/docs/openai), `[THINK]`
(https://docs.mistral.ai/capabilities/reasoning/).
"""

from __future__ import annotations

import re

_TAGS = r"think|thinking|thought"
_BLOCK = re.compile(rf"<({_TAGS})>(.*?)</\1>\s*|\[THINK\](.*?)\[/THINK\]\s*", re.DOTALL)
_OPEN = re.compile(rf"(?:\A|\n)\s*(?:<(?:{_TAGS})>|\[THINK\])(.*)\Z", re.DOTALL)
_CLOSE = re.compile(rf"\A(.*?)(?:</(?:{_TAGS})>|\[/THINK\])\s*", re.DOTALL)


def split_thinking(text: str) -> tuple[str, str]:
    """(thinking, text). A block left open (the cap on tokens cut it) is thinking to its end; a closing tag alone ends
    thinking that began in the prompt, as the templates of DeepSeek R1 and Qwen do it.
    """
    if "<th" not in text and "</th" not in text and "THINK]" not in text:  # nearly every text
        return "", text
    thinking = [match[2] or match[3] or "" for match in _BLOCK.finditer(text)]
    answer = _BLOCK.sub("", text)
    if match := _CLOSE.match(answer):
        thinking.insert(0, match[1])
        answer = answer[match.end() :]
    if match := _OPEN.search(answer):
        thinking.append(match[1])
        answer = answer[: match.start()]
    found = "\n".join(part.strip() for part in thinking if part.strip())
    return (found, answer.lstrip() if thinking else answer)
