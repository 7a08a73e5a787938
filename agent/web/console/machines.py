"""Which workers are alive, and which roles no living one has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from agent.store.processes import leases, workers
from agent.store.processes.workers import Worker
from agent.web.console.entry.access import Visitor

_UNDONE = {  # what is not done while no living worker has the role
    "mail": "no mailbox is watched",
    "work": "nothing is visited",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """Every worker that signed on and did not sign off."""

    workers: tuple[tuple[Worker, bool], ...]  # with whether it is alive

    @property
    def alive(self) -> int:
        """How many are alive."""
        return sum(is_alive for _, is_alive in self.workers)

    @property
    def silent(self) -> int:
        """How many are not."""
        return len(self.workers) - self.alive

    @property
    def undone(self) -> dict[str, str]:
        """What is not done, by the role that no living worker has."""
        had = {role for worker, is_alive in self.workers if is_alive for role in worker.roles.split(",")}
        return {role: words for role, words in _UNDONE.items() if role not in had}


def machines(visit: Visitor) -> Machines:
    """Which workers are alive at the time of the request."""
    beating = leases.shared_now(visit.conn, visit.now) - timedelta(seconds=visit.parts.settings.work.lease)
    found = workers.list_all(visit.conn)
    return Machines(workers=tuple((worker, worker.beat >= beating) for worker in found))
