"""Who gets which customer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """A customer, and the agent that is to look after them; `again`: they did before."""

    customer_id: int
    agent_id: int
    again: bool


def hand_out(
    customers: Sequence[tuple[int, int | None]], agents: Sequence[int], *, by_last: bool
) -> list[Given]:
    """Give customers to agents: to the last one if asked and among them, the rest in turns.

    :param customers: key, and the agent who looked after them last
    :param agents: in the order of the turns, at least one
    """
    given, turn = [], 0
    among = set(agents)
    for customer, last in customers:
        if by_last and last in among:
            given.append(Given(customer, last, again=True))
        else:
            given.append(Given(customer, agents[turn % len(agents)], again=False))
            turn += 1
    return given
