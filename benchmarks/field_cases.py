"""The right verdicts behind servers that are odd in one thing, by case, with the reason why they are right.

As `alternatives (modes): cells; ...`. An alternative is a verdict, a verdict with its reason, or "same", which is the
verdict without the oddity. Cells that are not named, and all where nothing stands, must be as without it. In a case of
"told" the mode must not look like one that works without a word: a cell differs, or a note tells of it. Each case is
reported of a real server, or seen on one.
"""

from __future__ import annotations

_ALL = "all cells"
_LOST = f"unknown (sync+stream): {_ALL}"

CASES: dict[str, tuple[str, str]] = {
    "01-error-line-then-done": (
        "unknown (stream): json, schema",
        "a failure that is told in a field which events do not have shows nothing of what was asked",
    ),
    "03-harmony-marks-in-tool-names": (
        "unsupported:wrong (sync+stream): tools; supported|unsupported:wrong (sync+stream): tools.forced",
        "a client that looks the function up by its name finds none; one value is called, so the model is decisive",
    ),
    "04-template-refuses-tool-results": (
        "flaky|unsupported (sync+stream): tools",
        "the model can call, but can never use what came of it",
    ),
    "06-thought-signature": ("", "a client that sends the assistant's turn back as it was works"),
    "07-max-completion-tokens": ("supported (sync+stream): max_tokens", "the cap works by its newer name"),
    "08-one-image-a-request": ("", "each medium alone is understood"),
    "09-empty-data-heartbeat": ("", "nothing of the answer is lost"),
    "10-summary-chunk-repeats-arguments": (
        (
            "unsupported:malformed (stream): tools, tools.forced; "
            "unknown|unsupported:malformed (stream): tools.decisive, tools.unbiased"
        ),
        "what a client joins is no JSON",
    ),
    "11-json-as-text-html": ("", "the body is right, whatever its type says"),
    "11-json-as-text-plain": ("", "the body is right, whatever its type says"),
    "12-azure-filter-chunks": ("", "what a filter says adds nothing to the answer"),
    "13-only-text-or-image-url": (
        "unsupported:rejected|unknown (sync+stream): in.audio, in.document",
        "the words name what is taken, not what is refused: pictures are taken",
    ),
    "14-wrong-url-404": (_LOST, "nothing was asked of the model"),
    "14-wrong-url-405": (_LOST, "nothing was asked of the model"),
    "17-json-in-reasoning": ("unsupported:malformed (sync+stream): json, schema", "a client reads the content"),
    "18-calls-without-index": ("", "the calls are told apart, nothing is lost"),
    "20-logprobs-500": ("unsupported:breaks (sync+stream): logprobs", "it fails each time, while all else is answered"),
    "21-stop-is-in-the-text": ("unsupported:wrong (sync+stream): stop", "it was heeded, and must not be returned"),
    "23-reasoning-must-come-back": ("supported|unknown (sync+stream): tools", "whose fault it is that it does not"),
    "24-null-content-refused": ("supported|flaky|unknown (sync+stream): tools", 'a client that sends "" is served'),
    "26-busy-provider-within-200": (
        "supported (sync+stream): json; supported|unknown (sync+stream): schema",
        "busy within a 200 is no worse than by the status",
    ),
    "27-only-strings-for-content": (
        "unsupported:rejected (sync+stream): in.image, in.audio, in.document",
        "there is no place for a picture or a sound",
    ),
    "31-gemini-malformed-call": (
        (
            "unsupported:malformed (sync+stream): tools, tools.forced; "
            "unknown|unsupported:malformed (sync+stream): tools.decisive, tools.unbiased"
        ),
        "the model called, and what it wrote was no call; the reason is documented, and true",
    ),
    "32-responses-completed-without-output": ("", "the answer is whole in the events"),
    "35-pause-turn": ("", "the search shows, and the reason is documented"),
    "37-bom-crlf-no-space": ("", "the standard of server-sent events reads all of it"),
    "38-always-sse": ("told (sync)", "who asked for a whole answer gets no JSON"),
    "40-tool-calls-without-calls": (
        (
            "unsupported:ignored (sync+stream): tools.forced; flaky (sync+stream): finish; "
            "unsupported (sync+stream): tools; unknown|unsupported (sync+stream): tools.decisive, tools.unbiased"
        ),
        "no call ever comes, and the reason tells of calls that are not there",
    ),
    "42-filter-took-the-answer": (
        "unknown (sync+stream): json, schema, stop",
        "that an answer is taken away says nothing of what was asked",
    ),
    "43-unknown-variant": (
        "unsupported:rejected (sync+stream): in.audio, in.document",
        "serde names the part that it does not know",
    ),
    "46-anthropic-done-after-stop": ("", "all of the answer came before it"),
    "47-anthropic-envelope-in-200": (_LOST, "that is no answer, and nothing was asked of the model"),
    "49-anthropic-search-failed": (
        "unknown|unsupported:breaks|flaky (sync+stream): web_search",
        "the query was thought of, but no search was had",
    ),
    "51-anthropic-counts-at-the-end": ("", "who takes what came last has all counts"),
    "53-anthropic-ping-without-data": ("", "nothing of the answer is lost"),
    "55-gemini-done-at-the-end": ("", "all of the answer came before it"),
    "57-gemini-prompt-blocked": (
        "unknown (sync+stream): json, schema, web_search",
        "that a harmless prompt is blocked says nothing of what was asked",
    ),
    "58-gemini-cap-spent-in-thoughts": (
        "unsupported:ignored|unknown (sync+stream): seed; supported (sync+stream): max_tokens",
        "the cap works; two empty answers are not the same answer twice",
    ),
    "62-responses-arguments-in-done-only": ("", "the event is documented, and the arguments are whole in it"),
    "66-ollama-load": (
        "supported|unknown (sync+stream): out.text; supported|flaky (sync+stream): finish, usage",
        "the model was loaded, nothing was generated: that is no answer",
    ),
    "68-ollama-cached-prompt-not-counted": ("flaky (sync+stream): usage", "some replies do not count the prompt"),
    "70-mistral-references-among-the-text": ("", "all of the text is in the chunks"),
    "72-cloudflare-json-mode-not-met": (
        "unsupported:malformed|unknown (sync+stream): json, schema",
        "the service has JSON mode and refuses nothing; what the model wrote does not fit",
    ),
    "76-responses-only-deltas": ("", "all of the text was sent"),
    "79-gemini-thoughts-and-text-in-parts": ("", "all parts that are no thoughts are the text"),
    # Facts of engines and gateways, seen by hand.
    "one-random-generator": ("supported (sync+stream): seed", "the seed holds for who is alone"),
    "mock-with-constant-answers": (
        (
            "unknown|accepted|unsupported:ignored (sync+stream): seed; "
            "unknown|accepted|unsupported:ignored (sync+stream): stop; "
            "unsupported:ignored (sync+stream): max_tokens, logprobs; same (sync+stream): finish; "
            "unsupported|unknown (sync+stream): in.image, in.audio, in.video, in.document, json, schema, "
            "tools, tools.forced, tools.decisive, tools.unbiased, web_search, cite, out.audio, out.image, file; "
            "same (sync+stream): in.text, out.text, usage, limits"
        ),
        "nothing has an effect; the reason of an uncut text is right",
    ),
    "streams-all-500": (f"unsupported:breaks (stream): {_ALL}", "streams fail each time, while whole answers come"),
    "streams-all-400": (f"unsupported:breaks (stream): {_ALL}", "what is refused was never asked for"),
    "never-sse": ("told (stream)", "who asked for a stream gets none"),
    "extra-forbidden-seed": ("unsupported:rejected (sync+stream): seed", "the refusal names its field"),
    "extra-forbidden-logprobs": ("unsupported:rejected (sync+stream): logprobs", "the refusal names its field"),
    "extra-forbidden-stop": ("unsupported:rejected (sync+stream): stop", "the refusal names its field"),
    "extra-forbidden-response-format": (
        "unsupported:rejected (sync+stream): json, schema",
        "the refusal names its field",
    ),
    "template-chokes-on-quotes": (
        f"same|unknown (sync+stream): {_ALL}",
        "the prompt breaks the server, not what is asked beside it",
    ),
    "gzip-without-its-header": ("", "the first bytes tell that it is packed"),
    "gzip-header-without-gzip": ("", "the first bytes tell that it is not packed"),
    "proxy-that-fails-slowly": (
        (
            "unsupported:breaks|unknown (sync+stream): json, schema, tools, tools.forced, logprobs; "
            "unsupported|unknown (sync+stream): tools.decisive, tools.unbiased"
        ),
        "what fails each time breaks; how long a failure takes must not be paid many times over",
    ),
}
# Where a wire says the same in its own way.
ON_WIRE: dict[tuple[str, str], str] = {
    # What was uploaded is named in a part of its own.
    ("43-unknown-variant", "mistral"): "unsupported:rejected (sync+stream): in.audio, in.document, file",
    # Streams in JSON mode are refused by the API, whatever fails behind it.
    ("proxy-that-fails-slowly", "cloudflare"): (
        "unsupported:breaks|unknown (sync): json, schema; unsupported:breaks|unknown (sync+stream): tools; "
        "unsupported|unknown (sync+stream): tools.decisive, tools.unbiased"
    ),
}
