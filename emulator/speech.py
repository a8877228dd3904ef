"""What the simulated model says, whatever the wording of the question, and how it splits words into tokens."""

import re
from random import Random

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")
_CANADA = "Canada is a country in North America, known for its forests, its lakes and its maple syrup."
_LONG = (
    "Long ago, in a village between two rivers, there lived a clockmaker who had never been late. Every morning she "
    "opened the shutters, wound the tall clock of the town hall and listened to the square as it came to life. "
    "Bakers, carters and children knew the hour by the sound of her steps. One winter the clock stopped, and with it, "
    "so people said, the river. She took her lamp and her smallest screwdriver and climbed the tower. "
)
_WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "inlet",
    "jasper",
    "kestrel",
    "lagoon",
    "maple",
    "nectar",
    "opal",
    "pine",
]

_BEGIN = re.compile(r"\b(?:begin|start|open)\w*\b[^.?!\n]*?[\"“'‘`]([^\"”'’`]+)[\"”'’`]", re.IGNORECASE)
_BEGIN_BARE = re.compile(
    r"\b(?:begin|start)(?:s|ning|ing)?\s+(?:it\s+)?with\s+(?:the\s+words?\s+)?(\w+ \w+)", re.IGNORECASE
)
_RANDOM = re.compile(r"\b(random|imagine|invent|made[- ]up|make up|surprise|creative|pick)\b", re.IGNORECASE)
_COUNT = re.compile(r"\bcount\b.*?(\d+)\s*(?:to|through|until|up to|-|–)\s*(\d+)", re.IGNORECASE | re.DOTALL)
_LONG_ASKED = re.compile(
    r"\b(long|longer|essay|story|stories|poem|novel|paragraphs?|detail(?:ed)?|describe|explain|history|\d{2,} words|"
    r"hundred words|thousand words|article|tale|joke)\b",
    re.IGNORECASE,
)
_SUM = re.compile(r"(\d+)\s*([+*×x]|plus|times)\s*(\d+)")
_QUOTED = re.compile(
    r"\b(?:say|saying|reply|respond|answer|repeat|write|echo|output|return|print)\b[^.?!\n]*?"
    r"[\"“‘`]([^\"”’`]+)[\"”’`]",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:say|repeat|(?:reply|answer|respond)\s+with)\s+"
    r"(?:(?:just|only|exactly|nothing|but|the|single|one|word|words|this|following)\W+)*(\w+)",
    re.IGNORECASE,
)
_FACTS = (
    ("canada is", _CANADA),
    ("banana", "Yes, a banana is a fruit."),
    ("france", "The capital of France is Paris."),
    ("germany", "The capital of Germany is Berlin."),
    ("japan", "The capital of Japan is Tokyo."),
    ("sky", "The sky is blue."),
)
_DEFAULT = (
    "That is a good question, and there is more than one way to look at it. Seen from afar the matter is simple, but "
    "the closer one comes, the more there is to tell, and so the honest answer is that it depends on what you need."
)


def tokens(text: str) -> list[str]:
    """The text in tokens, each a word or a mark with the blanks before it; joined they are the text."""
    return _TOKEN.findall(text)


def pieces(text: str, most: int = 24) -> list[str]:
    """The text in at most so many pieces of whole tokens, for streams."""
    parts = tokens(text)
    size = max(1, -(-len(parts) // most))
    return ["".join(parts[at : at + size]) for at in range(0, len(parts), size)]


def speak(text: str, random: Random) -> str:
    """An answer in plain words; `random` decides where the question leaves it open."""
    if found := _BEGIN.search(text) or _BEGIN_BARE.search(text):
        return _continue(found[1].strip())
    if "canada is" in text.lower():
        return _CANADA
    if found := _COUNT.search(text):
        first, last = int(found[1]), int(found[2])
        return ", ".join(str(number) for number in range(first, min(last, first + 2000) + 1))
    if _LONG_ASKED.search(text):
        # So many words that two tales do not begin alike by chance, and before all else, since the cap may come soon.
        return f"{_some(random)} are in this tale. {_LONG * 5}"
    if _RANDOM.search(text):
        if re.search(r"\bnumbers?\b", text, re.IGNORECASE):
            return str(random.randrange(1, 1_000_000))
        return f"{_some(random)}."
    if found := _QUOTED.search(text):
        return found[1].strip()
    if re.search(r"\bhello\b|\bgreet", text, re.IGNORECASE):
        return "Hello."
    if found := _BARE.search(text):
        return found[1]
    if found := _SUM.search(text):
        left, right = int(found[1]), int(found[3])
        return str(left + right if found[2] in ("+", "plus") else left * right)
    return next((fact for word, fact in _FACTS if word in text.lower()), _DEFAULT)


def _some(random: Random) -> str:
    return " ".join(random.choice(_WORDS) for _ in range(6)).capitalize()


def passage(document: str, question: str) -> tuple[int, int]:
    """Where in the document the sentence stands that has most words in common with the question."""
    asked = {word for word in re.findall(r"\w+", question.lower()) if len(word) > 3}
    best, where = -1, (0, min(len(document), 80))
    for found in re.finditer(r"[^.!?\n]+[.!?]?", document):
        sentence = found[0]
        if not sentence.strip() or sentence.lstrip().startswith("#"):
            continue
        score = len(asked & set(re.findall(r"\w+", sentence.lower())))
        if score > best:
            lead = len(sentence) - len(sentence.lstrip())
            best, where = score, (found.start() + lead, found.end())
    return where


def _continue(beginning: str) -> str:
    if _CANADA.lower().startswith(beginning.lower()):
        return beginning + _CANADA[len(beginning) :]
    return f"{beginning} a thing that is worth a sentence, and this is it."
