"""The catalogue of a visit.

The shipped one, with what people adopted laid under it.
"""

from __future__ import annotations

from functools import lru_cache

import structlog

from agent.observe import events
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.people import adopted
from agent.visits.guards.canaries import Trial, tried
from flows import Adopted, AdoptedKind, Catalogue, Overlaid, lay_under, load_catalogue

log = structlog.get_logger(__name__)


def current_catalogue(engine: Engine, *, also: tuple[str, ...] = (), trial: Trial | None = None) -> Catalogue:
    """The catalogue as it is now.

    Every visit asks, so that an adoption counts from the next visit on.

    `also`: files that only some errands know. `trial`: whose visit it is; an adoption is tried on canaries first.
    """
    return overlaid(engine, also=also, trial=trial).catalogue


def overlaid(engine: Engine, *, also: tuple[str, ...] = (), trial: Trial | None = None) -> Overlaid:
    """As `current_catalogue`, with what of the adopted is not used and why."""
    with reading(engine) as conn:
        rows = tried(conn, adopted.list_all(conn), trial)
    return _laid(tuple(_piece(row) for row in rows if row.kind in set(AdoptedKind)), also)


def _piece(row: adopted.AdoptedRow) -> Adopted:
    return Adopted(kind=AdoptedKind(row.kind), name=row.name, text=row.text, digest=row.digest)


@lru_cache(maxsize=6)
def _laid(pieces: tuple[Adopted, ...], also: tuple[str, ...]) -> Overlaid:
    """Lay them under once; what is not used is told when it is found."""
    laid = lay_under(load_catalogue(also=also), pieces)
    for name, why in laid.refused:
        log.warning(events.ADOPTED_NOT_USED, name=name, why=why)
    return laid
