"""One verdict over all successful replies of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from probes.base import Verdict, flaky, quoted, supported, unsupported
from providers.chat import Reply


def verdict_of(replies: Sequence[Reply], complaint: Callable[[Reply], str]) -> Verdict:
    """Supported where no reply gives cause for complaint, unsupported where all do, else flaky."""
    bad = [(reply, said) for reply in replies if (said := complaint(reply))]
    k, n = len(replies) - len(bad), len(replies)
    if not bad:
        return supported(replies[:1], f"right in all of {n} replies", samples=(n, n))
    worst, said = bad[0]
    note = f"right in {k} of {n} replies; in {quoted(worst.question.name)}: {said}"
    if k:
        return flaky([worst], note, k, n)
    return unsupported("ignored", [worst], note, samples=(0, n))
