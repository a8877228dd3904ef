"""Text that may come from a provider, made fit to be shown: no control character of it reaches a terminal, a page or a
file.
"""

from __future__ import annotations


def printable(text: str, instead: str = " ", keep: str = "") -> str:
    """The text with another character in place of each that would do something to a terminal, but for those to keep."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else instead for char in text)


def one_line(text: str) -> str:
    """The text on one line, each white space one blank, without control characters."""
    return " ".join(printable(text).split())
