"""What an errand of a visit adds to the sign-in.

Screens of its own, in between those that every sign-in knows.
"""

from __future__ import annotations

from typing import Protocol

from flows.catalogue.recognise import Recognition


class MoreScreens(Protocol):
    """Acts on screens that only its errand knows."""

    async def act(self, seen: Recognition) -> Recognition | None:
        """Act on a screen and return what came of it.

        None for one that the sign-in itself acts on.
        """

    def is_end(self, seen: Recognition) -> bool:
        """Whether a screen is where the errand wanted to be."""
