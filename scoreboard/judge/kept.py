"""Rows of our own cassettes: loaded, decoded, judged. Nothing is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from probes.base import probes
from probes.row import EVERY, Exchange, Row, expected_before
from providers.base import Provider, ProviderError, find_provider
from providers.chat import Ask, Reply
from providers.jobs import begins, waits
from scoreboard.evidence.cassettes import CassetteError, address_of, folder_of, load
from scoreboard.evidence.exchange import Interaction
from scoreboard.judge.decoding import Question, exchange_of, grouped, unasked, wire_of, with_words
from scoreboard.judge.engine import judge
from scoreboard.judge.revision import REVISION
from scoreboard.judge.served import served_as
from scoreboard.mode import RowId
from scoreboard.results.model import RowResult, cells_of


class Placed(Struct, frozen=True):
    """An interaction and its address."""

    where: str
    interaction: Interaction


def provider_of(root: Path, row: RowId) -> Provider:
    """The row's provider. Raises CassetteError where it has no file."""
    provider = find_provider(row.provider)
    if provider is None:
        msg = (
            f"{root / folder_of(row)} is of {row.provider!r}, which has no file in providers/; add one, or delete "
            "the folder"
        )
        raise CassetteError(msg)
    return provider


def loaded(root: Path, row: RowId) -> dict[Path, list[Interaction]]:
    """The cassettes of a row, in order of name. Raises CassetteError."""
    return {path: load(path) for path in sorted((root / folder_of(row)).glob("[!.]*.yaml"))}


def placed(root: Path, cassettes: Mapping[Path, Sequence[Interaction]]) -> list[Placed]:
    """All interactions with their addresses, in the order in which they were made, as far as that was kept."""
    everything = [
        Placed(address_of(root, path, number), interaction)
        for path, interactions in cassettes.items()
        for number, interaction in enumerate(interactions, 1)
    ]
    return sorted(everything, key=lambda one: (one.interaction.observed_at, one.interaction.number))


def exchanges(provider: Provider, model: str, kept: Sequence[Placed]) -> list[Exchange]:
    """What the interactions of a row mean. One that cannot be read costs its own evidence."""
    ordered = _by_question(kept)
    questions = grouped(((one.interaction.request, one.interaction.response) for one in ordered), ours=True)
    found = [
        _exchange(provider, model, question, [ordered[number] for number in question.numbers]) for question in questions
    ]
    places = {one.where: number for number, one in enumerate(kept, 1)}
    return sorted((structs.replace(x, number=places[x.where]) for x in found), key=lambda x: x.number)


def waiting(provider: Provider, model: str, interactions: Sequence[Interaction]) -> bool:
    """Whether they submitted something to a service that had not ended when it was last asked for."""
    if not any(begins(one.request) for one in interactions):
        return False
    kept = [Placed(str(number), one) for number, one in enumerate(interactions)]
    return any(x.lost == "pending" for x in exchanges(provider, model, kept))


def fresh(
    provider: Provider, model: str, cassettes: Mapping[Path, Sequence[Interaction]], since: str
) -> list[Interaction]:
    """The interactions of a row that need not be asked again: those since a time, and those of questions that wait for
    a service, whenever they were submitted.
    """
    return [
        one
        for interactions in cassettes.values()
        for is_waiting in (waiting(provider, model, interactions),)
        for one in interactions
        if is_waiting or one.observed_at >= since
    ]


def _by_question(kept: Iterable[Placed]) -> list[Placed]:
    """The polls of a question stand behind it, whatever was asked in between."""
    return sorted(kept, key=lambda one: (one.interaction.question, one.interaction.sample))


def _exchange(provider: Provider, model: str, question: Question, here: Sequence[Placed]) -> Exchange:
    first, last = here[0].interaction, here[-1]
    own = provider.wire_for(model)
    wire = wire_of(question.request, (own, provider.wire, *provider.wires.values())) or own
    try:
        ask = unasked(question) or wire.read(question.request)[1]
        exchange = exchange_of(question, wire, annotated(with_words(ask), first), provider.quirks_for(model))
        if job := waits(exchange.reply):
            note = f"{job.id} is submitted, and had not ended when it was last asked for"
            exchange = structs.replace(exchange, lost="pending", note=note)
    except ProviderError as error:
        exchange = Exchange(Ask(()), Reply(), lost="unreadable", note=f"the request is not of a known wire: {error}")
    return structs.replace(
        exchange, where=last.where, observed_at=last.interaction.observed_at, sample=first.sample, all_headers=True
    )  # fmt: skip


def annotated(ask: Ask, interaction: Interaction) -> Ask:
    """The question with its name, and what only the asker knew."""
    expects = frozenset(interaction.expects) or expected_before(interaction.question)
    return structs.replace(ask, name=interaction.question, expects=EVERY | expects)


def fields_of(provider: Provider, model: str) -> frozenset[str]:
    """The features that the model's wire has a field for."""
    return provider.wire_for(model).fields(provider.quirks_for(model))


def judged(row: RowId, provider: Provider, found: Sequence[Exchange]) -> RowResult:
    """The verdicts on a row."""
    verdicts = judge(Row(found, fields=fields_of(provider, row.model), stream=row.mode.stream), probes().values())
    served = served_as(row.model, found)
    return RowResult(row.model, row.mode.thinking, row.mode.stream, cells_of(verdicts, "live", found), served, REVISION)


def judged_cassettes(root: Path, row: RowId) -> RowResult:
    """The verdicts on a row that has cassettes. Raises CassetteError for one that cannot be read, or belongs to
    nobody.
    """
    provider = provider_of(root, row)
    kept = placed(root, loaded(root, row))
    return judged(row, provider, exchanges(provider, row.model, kept))
