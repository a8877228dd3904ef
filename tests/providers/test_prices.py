"""What a model's tokens cost: each price says where it stands, and no pattern hides another."""

from fnmatch import fnmatchcase

import pytest

from providers.base import Price, Provider, providers
from providers.wire import openai_chat

PRICED = [name for name, known in providers().items() if known.prices]
EARLY, SNAPSHOT, ANY = (Price(cost, 2 * cost, "https://newcomer.example/pricing") for cost in (1.0, 2.0, 3.0))


@pytest.mark.parametrize("name", PRICED)
def test_a_price_is_positive_and_says_where_it_stands(name: str) -> None:
    for pattern, price in providers()[name].prices.items():
        assert price.input > 0 and price.output > 0, pattern
        assert price.source.startswith("https://"), pattern


@pytest.mark.parametrize("name", PRICED)
def test_no_pattern_is_hidden_by_an_earlier_one(name: str) -> None:
    known = providers()[name]
    patterns = list(known.prices)
    # A name that a pattern fits is got by filling its star in; what comes before it must not fit that name.
    hidden = [
        (p, earlier)
        for n, p in enumerate(patterns)
        for earlier in patterns[:n]
        if fnmatchcase(p.replace("*", ""), earlier)
    ]
    assert not hidden
    assert all(known.price_of(p.replace("*", "2026-11-25")) == known.prices[p] for p in patterns)


@pytest.mark.parametrize("name", PRICED)
def test_a_pattern_covers_the_snapshots_of_one_model_and_no_family(name: str) -> None:
    for pattern in providers()[name].prices:
        assert not set("?[]") & set(pattern), pattern
        assert "*" not in pattern[:-1], pattern
        assert not pattern.endswith("*") or any(letter.isdigit() for letter in pattern), f"{pattern} names no version"


def test_the_special_price_is_found_before_the_general_one() -> None:
    prices = {"m-1-2026-05-13": EARLY, "m-1-2026-*": SNAPSHOT, "m-1": ANY}
    known = Provider(wire=openai_chat, base_url="https://newcomer.example/v1", prices=prices)
    assert known.price_of("m-1-2026-05-13") is EARLY
    assert known.price_of("m-1-2026-08-06") is SNAPSHOT
    assert known.price_of("m-1") is ANY
    assert known.price_of("m-2") is None
    turned = Provider(wire=openai_chat, base_url=known.base_url, prices=dict(reversed(prices.items())))
    assert turned.price_of("m-1-2026-05-13") is SNAPSHOT
