"""How the simulated model fills its answer: words, JSON, tool calls, pictures, citations, search results."""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from . import drawing, forms, speech
from .question import Answer, Call, Citation, Drawn, Question, Source, Token, Tool
from .senses import Senses
from .switchboard import Act

Acts = dict[str, Act]

_SOURCES = (
    Source("https://example.com/news/harbour", "Harbour news", "The harbour opened again this morning."),
    Source("https://example.org/weather", "Weather today", "Sunny spells, light wind from the west."),
)


def fill(answer: Answer, question: Question, acts: Acts, senses: Senses, random: Random, ids: Iterator[int]) -> None:
    """Fills in what the question asks for; a model to which no text gets through answers all questions alike."""
    if question.turns and acts["in.text"] != "works":
        answer.text = {"ignores": "You have not said anything yet.", "wrong": "Qwlm zvrt."}.get(
            acts["in.text"], "\ufffd" * 8
        )
        return
    _draw(answer, question, acts)
    if question.results:
        answer.text = _use(question, acts)
    elif calls := _call(question, acts, random, ids):
        answer.calls, answer.finish = calls, "tools"
        return
    else:
        answer.text = _talk(question, acts, senses, random)
    if answer.drawn and "text" not in question.wanted:
        answer.text = ""
    _cite(answer, question, acts)
    if question.web_search:
        _search(answer, question, acts["web_search"])
    match acts["out.text"]:
        case "ignores":
            answer.text = ""
        case "malformed":
            answer.text = "\ufffd" * 8
        case "wrong":
            answer.text = "Qwlm zvrt."


def probabilities(answer: Answer, top: int, act: Act) -> None:
    """The log-probabilities of the text's tokens; wrong ones are those of another text."""
    if act == "ignores":
        return
    text = "Something else." if act == "wrong" else answer.text
    answer.logprobs = [
        Token(
            token,
            -0.01 * (at % 7 + 1),
            [(token if rank == 0 else f" or{rank}", -0.01 * (at % 7 + 1) - rank) for rank in range(top)],
        )
        for at, token in enumerate(speech.tokens(text))
    ]


def _use(question: Question, acts: Acts) -> str:
    """What the tools returned, in words, or as JSON where a schema was given."""
    if acts["tools.result"] != "works" or acts["tools"] != "works":
        return "I could not make it out."
    if question.schema is not None:
        act = acts["schema"] if acts["schema"] != "works" else acts.get("tools.schema", "works")
        if act != "ignores":
            made = forms.Filler(question.schema, " ".join(question.results)).fill()
            return _json(made, act, breaking=True)
    return "The result is " + ", ".join(question.results) + "."


def _talk(question: Question, acts: Acts, senses: Senses, random: Random) -> str:
    """The text: what was perceived, as JSON where asked for, else what there is to say."""
    seen = _perceive(question, acts, senses)
    text = f"{question.system}\n{question.last}".strip()
    word = "" if seen is None or seen.endswith(".") else seen
    if question.schema is not None and acts["schema"] != "ignores":
        return _json(forms.Filler(question.schema, "", word=word).fill(), acts["schema"], breaking=True)
    if question.json and question.schema is None and acts["json"] != "ignores":
        return _json(forms.schemaless(text, word), acts["json"], breaking=False)
    return seen if seen is not None else speech.speak(text, random)


def _json(value: Any, act: Act, *, breaking: bool) -> str:
    """JSON text; a wrong one is the opposite, or, where a schema was given, breaks it."""
    if act == "wrong":
        value = (
            {"unasked": "value"}
            if breaking
            else {key: False if one is True else "pebble" for key, one in value.items()}
        )
    text = json.dumps(value)
    return text[: len(text) * 2 // 3] if act == "malformed" else text


def _perceive(question: Question, acts: Acts, senses: Senses) -> str | None:
    """The words of all media in their order; None when there are none to speak of."""
    words: list[str] = []
    for media in question.media:
        if media.cite:
            continue
        match acts[media.variant]:
            case "works":
                words.append(senses.perceive(media, question) or f"{media.modality} that I do not recognise")
            case "ignores":
                return f"I cannot see or hear any {media.modality} here. I am a text-based model."
            case "wrong":
                words.append("teapot")
            case _:
                words.append("\ufffd\ufffd")
    if question.media and any(media.file_id for media in question.media) and acts["file"] != "works":
        return "I do not see any file."
    return ", ".join(words) if words else None


def _draw(answer: Answer, question: Question, acts: Acts) -> None:
    made = {"image": ("image/png", drawing.png()), "audio": ("audio/wav", drawing.wav())}
    for modality, (mime, data) in made.items():
        act = acts.get(f"out.{modality}", "ignores")
        if modality not in question.wanted or act == "ignores":
            continue
        said = speech.speak(question.last, Random(0)) if modality == "audio" else ""
        answer.drawn.append(Drawn(modality, mime, {"malformed": b"not a picture", "wrong": b""}.get(act, data), said))


def _call(question: Question, acts: Acts, random: Random, ids: Iterator[int]) -> list[Call]:
    """The tool calls, none where the model has no reason or no gift for one."""
    if not question.tools or acts["tools"] == "ignores" or acts.get("tools.none") == "works":
        return []
    demanded = acts.get("tools.forced") or acts.get("tools.named")
    tools = _choose(question, forced=demanded is not None)
    if not tools or demanded == "ignores":
        return []
    if demanded == "wrong":
        tools = [one for one in question.tools if one not in tools][:1]
    calls = [call for tool in tools for call in _calls(tool, question, acts, random, ids)]
    return calls[:1] if acts.get("tools.parallel") == "ignores" or acts.get("tools.serial") == "works" else calls


def _several(question: Question) -> list[dict[str, Any]]:
    """The arguments of each call, where several of the only tool are asked for: it takes a number, and there are some."""
    fields = question.tools[0].schema.get("properties", {}) if len(question.tools) == 1 else {}
    if list(fields.values()) not in ([{"type": "number"}], [{"type": "NUMBER"}]):
        return []
    given = [dict.fromkeys(fields, number) for number in forms.numbers(question.last)]
    return given if len(given) > 1 else []


def is_nested(tool: Tool) -> bool:
    """Whether one of its parameters has parameters of its own."""
    fields = tool.schema.get("properties", {}).values()
    return any(isinstance(field, dict) and "properties" in field for field in fields)


def _calls(tool: Tool, question: Question, acts: Acts, random: Random, ids: Iterator[int]) -> list[Call]:
    """One call of a tool; one of each value where the model cannot make up its mind."""
    if "ignores" in (acts.get(kind) for kind in ("tools.empty", "tools.nested")):
        return []
    pick = forms.last if acts["tools.unbiased"] == "works" else forms.first
    values = forms.enumerated(tool.schema)
    picks = [_always(value) for value in values] if values and _wavers(acts["tools.decisive"], values) else [pick]
    given = _several(question) or [forms.Filler(tool.schema, question.last, one).fill() or {} for one in picks]
    return [Call(f"{next(ids):024d}", tool.name, _arguments(made, acts, random)) for made in given]


def _arguments(made: dict[str, Any], acts: Acts, random: Random) -> str:
    """The arguments as text: wrong ones say something else, malformed ones are no JSON."""
    if acts["tools"] == "wrong":
        made = {key: _other(value, random) for key, value in made.items()}
    if acts.get("tools.empty") == "wrong":
        made = {"unasked": "value"}
    if acts.get("tools.nested") == "wrong":  # what a server comes to that keeps to ASCII
        made = json.loads(json.dumps(made, ensure_ascii=False).encode("ascii", "replace"))
    arguments = json.dumps(made)
    kinds = "tools", "tools.forced", "tools.empty", "tools.nested", "stream.calls"
    return arguments[:-1] + ", oops" if "malformed" in (acts.get(kind) for kind in kinds) else arguments


def _wavers(act: Act, values: list[Any]) -> bool:
    """Whether it calls all values rather than one; a malformed one does in one of the orders in which they are listed."""
    return act != "works" and (act != "malformed" or values == sorted(values))


def _always(value: Any) -> forms.Pick:
    return lambda _: value


def _other(value: Any, random: Random) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + random.randrange(1, 1000)
    return "pebble"


def _choose(question: Question, *, forced: bool) -> list[Tool]:
    """The tool of the choice; else those that the question names, each once; else the one with most words in common with it."""
    if chosen := [tool for tool in question.tools if tool.name == question.tool_choice]:
        return chosen
    if len(named := [tool for tool in question.tools if re.search(rf"\b{re.escape(tool.name)}\b", question.last)]) > 1:
        return named
    asked = _stems(question.last)

    def score(tool: Tool) -> int:
        words = f"{tool.name} {tool.description} {json.dumps(tool.schema)}"
        return len(asked & _stems(words)) + ("number" in words and bool(re.search(r"\d", question.last)))

    best = max(question.tools, key=score)
    return [best] if forced or score(best) > 0 else []


def _stems(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"[a-z]+", text.lower().replace("_", " ")) if len(word) > 3}


def _cite(answer: Answer, question: Question, acts: Acts) -> None:
    """Answers from the documents that are to be cited, and says where it stands."""
    for index, media in enumerate(one for one in question.media if one.modality == "document"):
        if not media.cite:
            continue
        text = media.text if media.text is not None else "A page of the document."
        start, end = speech.passage(text, question.last)
        quoted = text[start:end]
        answer.text = quoted
        match acts["cite"]:
            case "works":
                answer.citations.append(Citation(index, media.title, start, end, quoted, paged=media.text is None))
            case "malformed":
                answer.citations.append(Citation(index, media.title, end, start, "", paged=media.text is None))
            case "wrong":
                answer.citations.append(
                    Citation(index + 7, "Another document", 9000, 9100, "Words that stand nowhere.")
                )


def _search(answer: Answer, question: Question, act: Act) -> None:
    """Searches the web: queries, pages found, and what they say."""
    if act == "ignores":
        return
    answer.queries = [" ".join(question.last.split()[:8]) or "news"]
    answer.text = f"According to {_SOURCES[0].title}, {_SOURCES[0].snippet} {_SOURCES[1].snippet}"
    match act:
        case "works":
            answer.sources = list(_SOURCES)
        case "malformed":
            answer.sources = [Source("not a url", "", "")]
