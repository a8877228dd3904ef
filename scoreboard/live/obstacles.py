"""What can stand in the way of asking an endpoint: for each a line that says what, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from msgspec import Struct

from providers.base import Provider
from providers.errors import ADDRESS, AUTH, BILLING, FORM, GENERATION, MODEL, RATE, REQUEST, SERVER
from scoreboard.errors import ScoreboardError
from scoreboard.text import one_line

PAGE, UNREADABLE, TIMEOUT, CUT, NETWORK, OWN, REDIRECT = (
    "page", "unreadable", "timeout", "cut", "network", "own", "redirect",
)  # fmt: skip
# Of what came over several wires, that which tells most is what stands in the way.
_ORDER = (
    REQUEST, GENERATION, MODEL, BILLING, AUTH, RATE, SERVER, REDIRECT, TIMEOUT, CUT, NETWORK, FORM, UNREADABLE, PAGE,
    OWN, ADDRESS,
)  # fmt: skip
_SAID = 160
_SHOWN = 5


class Obstacle(ScoreboardError):
    """An endpoint that cannot be asked; the message says what stands in the way, where, and what to do."""


class Outcome(Struct, frozen=True):
    """What came of one question: where it was put, by whose wire, and, of what is no answer, its kind (one of an
    error's, or of those above) with the status and words that came; `seconds` is how long it took, `wait` how long it
    asks to wait.
    """

    url: str
    provider: Provider
    kind: str = ""
    status: int = 0
    said: str = ""
    wait: float = 0.0
    seconds: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether it was answered in the wire's form."""
        return not self.kind

    @property
    def is_understood(self) -> bool:
        """Whether the wire is the right one, though this question is refused: which capability it lacks is for its row
        to tell.
        """
        return self.kind in ("", REQUEST, GENERATION)

    @property
    def is_there(self) -> bool:
        """Whether there is an API at the address at all."""
        return self.kind in ("", REQUEST, GENERATION, MODEL, BILLING, AUTH, RATE)


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The one that tells most of why there is no answer; of equals the first."""
    return min(outcomes, key=lambda one: _ORDER.index(one.kind) if one.kind else -1)


def words(text: str) -> str:
    """A server's words for a message: one line, in quotes, not long."""
    line = one_line(text)
    return repr(line if len(line) <= _SAID else f"{line[:_SAID]}…") if line else "nothing more"


def refusal(one: Outcome, *, key: str, is_set: bool, seconds: float) -> Obstacle:
    """The line for what needs no more looking: `key` is the variable that was looked in."""
    says = f"{one.url} answers {one.status}: {words(one.said)}"
    match one.kind:
        case "auth" if not key:
            return Obstacle(f"{says}; no key was sent; name the variable that holds one with --api-key-env")
        case "auth" if is_set:
            return Obstacle(
                f"{says}; the key in {key} was not taken; check it, or name another variable with --api-key-env"
            )
        case "auth":
            return Obstacle(
                f"{says}; {key} was looked in for a key and is not set; set it, or name another variable with "
                "--api-key-env"
            )
        case "billing":
            account = f"the account of the key in {key}" if key else "the account"
            return Obstacle(f"{says}; {account} has to be topped up, or another key taken with --api-key-env")
        case "rate":
            return Obstacle(
                f"{says}, and so again; it is asked too often or its limit is used up: wait, then try again"
            )
        case "server":
            return Obstacle(f"{says}, and so again; the server fails at a plain question: look into its log")
        case "redirect":
            return Obstacle(f"{one.url} {one.said}; name the address that it leads to with --base-url")
        case "timeout":
            return Obstacle(
                f"{one.url} took the question and gave no answer within {seconds:g} s; look whether the model is still "
                "loading or the server hangs, or give it longer with --timeout"
            )
        case "cut":
            return Obstacle(
                f"{one.url} closes the connection without an answer ({one.said}); check whether an API is served at "
                "this port, and whether it wants https://"
            )
        case "network":
            return _unconnected(one)
        case "own":
            return Obstacle(f"{one.url} cannot be asked: {one.said}")
    return Obstacle(
        f"{one.url} answers {one.status}, in no form of this API: {words(one.said)}; name its wire with --wire"
    )


def _unconnected(one: Outcome) -> Obstacle:
    if "SSL" in one.said or "TLS" in one.said or "certificate" in one.said.lower():
        return Obstacle(
            f"{one.url} cannot be reached by TLS ({words(one.said)}); a server without it is at http://, and "
            "SSL_CERT_FILE names certificates of one's own"
        )
    return Obstacle(f"{one.url} cannot be reached ({words(one.said)}); check --base-url and the network")


def no_model(one: Outcome, model: str, offered: Sequence[str]) -> Obstacle:
    """The line for a model that is not there, with the closest names that are."""
    name = words(model)
    if not offered:
        return Obstacle(
            f"{one.url} has no model {name} ({one.status}: {words(one.said)}), and its list of models is not to be "
            "had; check --model"
        )
    by_line = {one_line(name): None for name in offered}
    close = get_close_matches(model, list(by_line), _SHOWN, 0.3)
    shown = [*close, *(name for name in by_line if name not in close)][:_SHOWN]
    more = f" and {len(by_line) - len(shown)} more" if len(by_line) > len(shown) else ""
    names = ", ".join(f"{name:.80}" for name in shown)
    return Obstacle(f"{one.url} has no model {name}; it offers {names}{more}; name one of them with --model")


def nothing_there(one: Outcome, found: str, answering: str, tried: Sequence[str]) -> Obstacle:
    """The line for an address with no API behind it; `found` is one that has one, at `answering`."""
    what = (
        f"{one.url} answers {one.status} with a web page, not as an API"
        if one.kind == PAGE
        else f"nothing is at {one.url} ({one.status}: {words(one.said)})"
    )
    if found:
        return Obstacle(f"{what}; {answering} answers: take --base-url {found}")
    also = f"; no API answers at {' or '.join(tried)} either" if tried else ""
    return Obstacle(f"{what}{also}; check --base-url, or name the API's form with --wire")
