"""The simulated model: a neutral question in, a neutral answer out, as the switchboard has it.

What a behaviour does is decided here, in one place for all wires: "rejects" raises a Problem that the wire words as its
API would; "ignores" answers as if the field had not been sent, with one exception: a call that was forced and is not
forced comes as prose, since a model that would have called anyway shows nothing.
"""

import itertools
from pathlib import Path
from random import Random

from . import acting, oddities, speech
from .problem import Problem
from .question import Answer, Limits, Question, Usage
from .senses import ASSETS, Senses
from .switchboard import FINER, Act, Switchboard

_ALWAYS = ("out.text", "tools.unbiased", "tools.decisive", "tools.result", "limits", "finish", "usage")
_STREAMS = tuple(key for key in FINER if key.startswith("stream."))
# An answer can always be given without these, so rejecting them means leaving them out.
_PASSIVE = {*_ALWAYS, "tools.parallel", *_STREAMS} - {"out.text"}
_MEDIA_TOKENS = 85


class Brain:
    """Answers questions for all models of a switchboard."""

    def __init__(self, switchboard: Switchboard, assets: Path = ASSETS) -> None:
        self.senses = Senses(assets)
        self._switchboard = switchboard
        self._ids = itertools.count(1)

    def answer(self, question: Question) -> Answer:
        """The answer; raises Problem where the model is unknown or rejects what the question needs."""
        if not self._switchboard.knows(question.model):
            raise Problem("model", model=question.model)
        oddities.ask(question)
        acts = self._acts(question)
        answer = Answer(question.model)
        random = self._random(question, acts)
        if question.thinking and acts["thinking"] == "works" and acts.get("in.text", "works") == "works":
            answer.thinking = f'The user asks: "{question.last[:60].strip()}". I know this, so I can answer at once.'
        acting.fill(answer, question, acts, self.senses, random, self._ids)
        _stop(answer, question, acts)
        _cut(answer, question, acts)
        _finish(answer, question, acts)
        if question.top_logprobs is not None:
            acting.probabilities(answer, question.top_logprobs, acts["logprobs"])
        _count(answer, question, acts)
        answer.broken = frozenset(key for key, act in acts.items() if act == "malformed")
        answer.lacks = frozenset(key for key, act in acts.items() if key in _STREAMS and act == "ignores")
        oddities.say(answer)
        return answer

    def act(self, model: str, mode: str, *keys: str) -> Act:
        """What a capability does this time: as the oddity of the model has it, else the switchboard."""
        return oddities.act(*keys) or self._switchboard.act(model, mode, *keys)

    def _acts(self, question: Question) -> dict[str, Act]:
        """How each capability that the question needs behaves this time."""
        acts: dict[str, Act] = {}
        for keys in (*_needs(question), *((key,) for key in _ALWAYS + _STREAMS * question.stream)):
            if keys[0] in acts:
                continue
            act = self.act(question.model, question.mode, *keys)
            if act == "rejects":
                if keys[-1] in _PASSIVE and not (keys[-1] == "usage" and question.usage_asked):
                    act = "ignores"
                else:
                    raise Problem("rejected", capability=keys[-1], message=keys[0], model=question.model)
            acts[keys[0]] = act
        return acts

    def _random(self, question: Question, acts: dict[str, Act]) -> Random:
        """The same seed gives the same words; without one, or ignored, they vary."""
        if question.seed is not None and acts["seed"] == "works":
            return Random(f"{question.seed} {question.last}")
        return Random(self._switchboard.random.random())


def _needs(question: Question) -> list[tuple[str, ...]]:
    """The keys of each capability that the question uses, the most special first."""
    needs: list[tuple[str, ...]] = [("in.text",)] if question.turns else []
    for media in question.media:
        if media.file_id:
            needs.append(("file",))
        # A text that is to be cited is the matter of "cite" alone.
        needs.append(("cite",) if media.cite and media.text else (media.variant, f"in.{media.modality}"))
        if media.cite:
            needs.append(("cite",))
    asked = {
        "json": question.json and question.schema is None,
        "schema": question.schema is not None,
        "tools": bool(question.tools) or bool(question.results),
        "tools.forced": bool(question.tools) and question.tool_choice == "any",
        "tools.named": bool(question.tools) and question.tool_choice not in ("auto", "none", "any"),
        "tools.none": bool(question.tools) and question.tool_choice == "none",
        "tools.parallel": bool(question.tools) and question.parallel,
        "tools.serial": bool(question.tools) and not question.parallel,
        "tools.empty": any(not tool.schema.get("properties") for tool in question.tools),
        "tools.nested": any(acting.is_nested(tool) for tool in question.tools),
        "tools.schema": bool(question.tools) and question.schema is not None,
        "web_search": question.web_search,
        "seed": question.seed is not None,
        "max_tokens": question.max_tokens is not None,
        "stop": bool(question.stop),
        "logprobs": question.top_logprobs is not None,
        "thinking": question.thinking,
        "stream": question.stream,
        "out.image": "image" in question.wanted,
        "out.audio": "audio" in question.wanted,
    }
    needs.extend((key,) for key, is_asked in asked.items() if is_asked)
    return needs


def _stop(answer: Answer, question: Question, acts: dict[str, Act]) -> None:
    """Cuts the text before the first stop sequence."""
    if not question.stop or acts["stop"] == "ignores":
        return
    at, sequence = min(
        ((at, one) for one in question.stop if one and (at := answer.text.find(one)) >= 0), default=(-1, "")
    )
    if at < 0:
        return
    if acts["stop"] == "wrong":
        at += len(sequence)
    answer.text = answer.text[:at]
    answer.finish, answer.stopped_by = "stop_sequence", sequence
    if acts["stop"] == "malformed":
        answer.finish = "garbage"


def _cut(answer: Answer, question: Question, acts: dict[str, Act]) -> None:
    """Cuts thinking and text at the number of tokens; thinking is paid for first."""
    if question.max_tokens is None or acts["max_tokens"] == "ignores":
        return
    thought, said = speech.tokens(answer.thinking), speech.tokens(answer.text)
    most = question.max_tokens * (3 if acts["max_tokens"] == "malformed" else 1)
    if len(thought) + len(said) <= most:
        return
    answer.thinking = "".join(thought[:most])
    answer.text = "".join(said[: max(0, most - len(thought))])
    answer.calls.clear()
    answer.finish = "stop" if acts["max_tokens"] == "wrong" else "length"


def _finish(answer: Answer, question: Question, acts: dict[str, Act]) -> None:
    if question.stream and acts["stream.finish"] == "ignores":
        answer.finish = "none"
    match acts["finish"]:
        case "ignores":
            answer.finish = "none"
        case "malformed":
            answer.finish = "garbage"
        case "wrong":
            answer.finish = "length" if answer.finish == "stop" else "stop"


def _count(answer: Answer, question: Question, acts: dict[str, Act]) -> None:
    """Usage and rate limits; a malformed count is negative, a wrong one is zero."""
    asked = sum(len(speech.tokens(text)) for _, text in question.turns) + _MEDIA_TOKENS * len(question.media) + 4
    thought = len(speech.tokens(answer.thinking))
    said = (
        len(speech.tokens(answer.text))
        + sum(8 + len(call.arguments) // 4 for call in answer.calls)
        + 200 * len(answer.drawn)
    )
    match acts["usage"]:
        case "works":
            answer.usage = Usage(asked, thought + said, thought)
        case "malformed":
            answer.usage = Usage(-1, -1, -1)
        case "wrong":
            answer.usage = Usage(0, 0, 0)
    if question.stream and answer.usage:
        if acts["stream.agrees"] == "wrong":
            answer.usage.input += 7
        if acts["stream.usage"] == "ignores":
            answer.usage = None
    match acts["limits"]:
        case "works":
            answer.limits = Limits()
        case "malformed":
            answer.limits = Limits(*["many"] * 6)
        case "wrong":
            answer.limits = Limits(*["0"] * 6)
