"""What take-overs of one worker share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from agent.clock import Clock
from agent.settings.model import Settings
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault


@dataclass(slots=True, kw_only=True)
class Places:
    """How many pages are kept at once."""

    limit: int
    taken: int = 0

    def take(self) -> bool:
        """Take one; False when all are taken."""
        if self.taken >= self.limit:
            return False
        self.taken += 1
        return True

    def give_back(self) -> None:
        """Give one back."""
        self.taken -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeoverParts:
    """Given to every visit of a daemon that may hand its page over."""

    settings: Settings
    engine: Engine
    worker: str
    clock: Clock
    places: Places
    kept: set[str] = field(default_factory=set)  # the take-overs whose pages this process keeps
    vault: Vault | None = None  # opens answers that people gave
    fresh_for: timedelta = field(
        default=timedelta(minutes=10)
    )  # how long a page that was asked for waits, and one is driven
