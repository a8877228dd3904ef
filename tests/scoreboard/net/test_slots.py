"""Whose question is put next."""

import anyio
import anyio.lowlevel
import pytest

from benchmarks import virtual
from scoreboard.net.slots import Slots


def test_who_gives_up_waiting_for_a_slot_leaves_it_to_the_others() -> None:
    async def main() -> float:
        slots = Slots(1)

        async def each(patience: float) -> None:
            with anyio.move_on_after(patience):
                await slots.take()
                try:
                    await anyio.sleep(1.0)
                finally:
                    slots.free()

        async with anyio.create_task_group() as group:
            for patience in (9.0, 0.5, 1.5, 9.0):
                group.start_soon(each, patience)
        return anyio.current_time()

    # The second gives up while it waits, the third in the middle of its turn.
    assert virtual.run(main) == pytest.approx(2.5, abs=0.01)
