"""What an import came to: how many exchanges of each form were read, used, passed over and why, or unreadable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

_NO_FORM = "-"


class Counts(Struct, frozen=True):
    """How many exchanges had which fate: (form, fate, why) to a number; and files by form."""

    fates: dict[tuple[str, str, str], int]
    files: dict[str, int]

    @classmethod
    def of(cls, files: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> Counts:
        """Counts the files, each with its form and the fates of its exchanges."""
        fates: Counter[tuple[str, str, str]] = Counter()
        by_form: Counter[str] = Counter()
        for form, here in files:
            by_form[form or _NO_FORM] += 1
            fates.update((form or _NO_FORM, fate, why) for fate, why in here)
        return cls(dict(fates), dict(by_form))

    def total(self, fate: str, form: str | None = None) -> int:
        """How many had that fate."""
        return sum(count for (of, had, _), count in self.fates.items() if had == fate and form in (None, of))

    def lines(self) -> Iterator[str]:
        """A table of forms and fates, and below it why exchanges were passed over."""
        from tabulate import tabulate

        header = ("form", "files", "exchanges", "used", "passed over", "unreadable")
        rows = [
            (form, files, sum(n for (of, _, _), n in self.fates.items() if of == form), *(
                self.total(fate, form) for fate in ("used", "passed over", "unreadable")
            ))
            for form, files in sorted(self.files.items())
            if form != _NO_FORM
        ]  # fmt: skip
        yield from tabulate(rows, header, tablefmt="plain").splitlines()
        why: Counter[str] = Counter()
        for (_, fate, reason), count in self.fates.items():
            if fate == "passed over":
                why[reason] += count
        for reason, count in sorted(why.items(), key=lambda item: (-item[1], item[0])):
            yield f"passed over: {count} {reason}"
        if others := self.files.get(_NO_FORM):
            yield f"files that are no recordings, or could not be read: {others}"
