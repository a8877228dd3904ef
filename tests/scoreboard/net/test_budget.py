"""What a run may spend."""

import pytest

from providers.base import Price
from providers.chat import Ask, Media, Usage
from scoreboard.net.budget import Budget, Spent, estimate

HELLO = Ask.text("Say hello.")


def test_a_budget_is_never_passed_whatever_an_answer_costs() -> None:
    budget = Budget(tokens=10_000)
    assert spend(budget, None) < 1000
    assert "budget is used up" in budget.over
    assert 8_000 < budget.tokens <= 10_000


def spend(budget: Budget, price: Price | None) -> int:
    """How many questions are put until the budget ends."""
    for number in range(1000):
        try:
            budget.settle(budget.reserve(HELLO, price), Usage(20, 300), answered=True)
        except Spent:
            return number
    return 1000


def test_money_is_counted_where_the_price_is_known_and_nothing_is_asked_where_it_is_not() -> None:
    price = Price(2.0, 10.0, "https://example.com")
    budget = Budget(usd=0.05)
    budget.settle(budget.reserve(HELLO, price), Usage(1000, 200), answered=True)
    assert budget.usd == pytest.approx(0.004)
    with pytest.raises(Spent, match="price is not known"):
        budget.reserve(HELLO, None)
    assert not budget.over
    assert 0 < spend(budget, price) < 1000
    assert budget.usd <= 0.05


def test_what_was_not_answered_costs_nothing_and_what_was_not_counted_costs_its_estimate() -> None:
    budget = Budget()
    budget.settle(budget.reserve(HELLO, None), None, answered=False)
    assert budget.tokens == 0
    budget.settle(budget.reserve(HELLO, None), None, answered=True)
    assert budget.tokens == estimate(HELLO).input + estimate(HELLO).output


def test_pictures_thinking_and_drawing_cost_more() -> None:
    def tokens(ask: Ask) -> int:
        return estimate(ask).input + estimate(ask).output

    plain = tokens(HELLO)
    assert tokens(Ask.text("Say hello.", Media("image", "image/png", b"x"))) > plain
    assert tokens(Ask.text("Say hello.", thinking=True)) > plain
    assert tokens(Ask.text("Say hello.", outputs=("image",))) > plain
    assert tokens(Ask.text("Say hello.", max_tokens=16)) < plain


def test_a_batch_costs_as_often_as_it_holds_the_question() -> None:
    batch = Ask.text("Say hello.", batch="hello")
    one, hundred = estimate(batch), estimate(batch, 100)
    assert (hundred.input, hundred.output) == (100 * one.input, 100 * one.output)
    assert estimate(HELLO, 100) == estimate(HELLO)
    budget = Budget()
    budget.settle(budget.reserve(batch, Price(1.0, 1.0, "https://example.com"), 100), Usage(10, 10), answered=True)
    assert budget.tokens == 2000
    assert budget.usd == pytest.approx(0.002)
