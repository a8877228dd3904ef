"""Stop sequences: the text ends before a string that the caller names.

Asks:         a sentence that must begin "Canada is", with the stop sequence "is"; first, where questions have their price, for an
              answer again with a word of it as the stop sequence.
Supported:    the text ends before the stop sequence, and the finish reason says stop or stop sequence.
Unsupported:  the error names the field (rejected), the text runs past it (ignored), the finish reason tells of something
              else (wrong), or the wire has no field (not_expressible).
"""

from probes._options import asked_together
from probes.base import Asks, Row, probe, quoted, supported, unknown, unsupported
from providers.chat import Ask


@probe("Text", "🛑", words=r"stop", proves=("stop",))
def stop(row: Row) -> Asks:
    options = yield from asked_together(row)
    if options.first and options.second and options.stopped:
        reason = f"finish reason {quoted(options.second.finish_raw)}"
        return supported([options.first, options.second], f"ends before {options.stop!r}, after {options.told()}, {reason}")
    reply = yield Ask.text(
        "Talk about Canada in great details. Start with: Canada is",
        name="stop", stop=("is",), stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    passed = next((s for s in reply.question.stop if s in reply.text), None)
    if passed is not None:
        return unsupported("ignored", reply, f"the text runs past {passed!r}: {quoted(reply.text)}")
    if reply.finish in ("stop", "stop_sequence"):
        return supported(reply, f"ends after {quoted(reply.text)}, finish reason {quoted(reply.finish_raw)}")
    if reply.finish in ("length", None):
        return unknown("unsure", f"it ended for another reason ({reply.finish}) after {quoted(reply.text)}", reply)
    return unsupported("wrong", reply, f"ended with finish reason {quoted(reply.finish_raw)} after {quoted(reply.text)}")
