"""Which rules judge. A person counts this number up whenever a rule changes what is concluded from an exchange, so that
whoever compares results can tell a better rule from another answer.

It stands in each row that it judged: a file of results holds rows of many days, not all of which are judged at once. A
row that comes to the same under new rules keeps its number, so that new rules change only the lines that they change.
What the rules come to on frozen exchanges is held by a test (tests/scoreboard/judge/test_revision.py), which fails
where that changes and this does not.
"""

from __future__ import annotations

REVISION = 4
