"""One verdict over all successful replies of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from probes.base import Reason, Verdict, flaky, quoted, supported, unsupported
from providers.chat import Reply

# Why a reply is not as it should be, and what to say of it.
Complaint = tuple[Reason, str]


def verdict_of(replies: Sequence[Reply], complaint: Callable[[Reply], Complaint | None]) -> Verdict:
    """Supported where no reply gives cause for complaint, unsupported where all do, else flaky."""
    bad = [(reply, found) for reply in replies if (found := complaint(reply))]
    k, n = len(replies) - len(bad), len(replies)
    if not bad:
        return supported(replies[:1], f"right in all of {n} replies", samples=(n, n))
    worst, (reason, said) = bad[0]
    note = f"right in {k} of {n} replies; in {quoted(worst.question.name)}: {said}"
    if k:
        return flaky([worst], note, k, n)
    return unsupported(reason, [worst], note, samples=(0, n))
