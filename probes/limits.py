"""Rate limits told in the response headers.

Asks:         a plain question; it reads every reply of the row, errors too.
Seen:         the headers of a reply tell a limit or what remains of it.
Missed:       headers were kept, and none of them does (ignored), what they tell is no number (malformed), or nothing is
              allowed at all (wrong).
"""

import re

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen

# Headers that any server sends; where a recorder left only these, others were struck out.
_COMMON = re.compile(r"content-(type|length|encoding)|date|connection|transfer-encoding|(set-)?cookie2?|vary")
_FEW = 3


@probe("Limits", reads="any", one_hit_decides=True)
def limits(x: Exchange, row: Row) -> Finding | None:
    del row
    told = [limit for limit in x.reply.limits if limit.limit is not None or limit.remaining is not None]
    if told and all(limit.limit == 0 for limit in told):
        return missed("wrong", "the headers allow nothing at all, beside an answer")
    if told:
        return seen(", ".join(f"{limit.name or 'limit'} {limit.remaining}/{limit.limit}" for limit in told[:3]))
    if not x.answered:
        return nothing("unsure", "no answer came beside which limits would be told")
    if x.reply.limits:
        return missed("malformed", "no numbers in the headers")
    kept = [name for name in x.headers if not _COMMON.fullmatch(name)]
    if len(kept) < _FEW and not x.all_headers:
        return nothing("unsure", "the headers were not kept")
    return missed("ignored", f"none of {len(x.headers)} headers")


limits.asks(plain_question)
