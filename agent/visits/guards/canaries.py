"""Canaries: a few accounts for whom what people adopt counts at once.

For all others it counts when it went well with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.settings.groups.visits import WorkSettings
from agent.store import visits
from agent.store.database.handles import Connection
from agent.store.people.adopted import AdoptedRow

_GOOD = frozenset(
    {"accepted", "already_accepted", "awaiting_confirmation", "pass", "fail"}
)  # the way was gone to its end
_BAD = frozenset({"unknown_screen", "stuck", "step_timeout", "foreign_host", "secret_guard", "unexpected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """For whom a catalogue is made, and who tries what is new in it."""

    account_id: str
    canaries: tuple[str, ...]
    needed: int  # good visits of canaries after the last bad one

    @classmethod
    def of(cls, account_id: str, settings: WorkSettings) -> Trial:
        """For this account's visit, by the settings.

        Without canaries no account waits.
        """
        return cls(account_id=account_id, canaries=tuple(settings.canaries), needed=settings.canary_visits)

    @property
    def holds_back(self) -> bool:
        """Whether this account waits for others to try."""
        return bool(self.canaries) and self.account_id not in self.canaries


def tried(conn: Connection, rows: Sequence[AdoptedRow], trial: Trial | None) -> list[AdoptedRow]:
    """What of the adopted this account's visit may use."""
    if trial is None or not trial.holds_back:
        return list(rows)
    return [row for row in rows if good_visits(conn, row, trial) >= trial.needed]


def good_visits(conn: Connection, row: AdoptedRow, trial: Trial) -> int:
    """How many visits of canaries went well since adoption and the last bad end."""
    count = 0
    for outcome in visits.outcomes_of(conn, trial.canaries, since=row.at):
        count = 0 if outcome in _BAD else count + (outcome in _GOOD)
    return count
