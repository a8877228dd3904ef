"""What the probes of generated media share."""

from __future__ import annotations

from probes.base import Asks, Row, quoted, supported, unsupported
from providers.chat import Ask, Modality


def asks_for(row: Row, modality: Modality, prompt: str, *, with_text: bool = False) -> Asks:
    """Asks for one medium. Supported when it came back with bytes or an address in it."""
    outputs: tuple[Modality, ...] = ("text", modality) if with_text else (modality,)
    reply = yield Ask.text(prompt, name=f"doc-{modality}", outputs=outputs, stream=row.stream, thinking=row.thinking)
    made = [m for m in reply.media if m.modality == modality and (m.data or m.url)]
    if made:
        size = f"{len(made[0].data)} bytes" if made[0].data else "an address"
        return supported(reply, f"made {made[0].mime}, {size}")
    if reply.media:
        return unsupported("wrong", reply, f"made {reply.media[0].mime} instead")
    return unsupported("ignored", reply, f"answered without one: {quoted(reply.text)}")
