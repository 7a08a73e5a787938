"""Adopting what people showed.

A draft is checked against every recorded page and every other screen, adopted in one transaction with its reason, and
used by every worker from its next visit on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from agent.errors import ConfigurationError, FindingError, UsageError
from agent.settings.model import Settings
from agent.store.database.engine import reading
from agent.store.database.handles import Connection, Engine
from agent.store.people import adopted, drafts
from agent.store.people.adopted import AdoptedRow
from agent.store.people.drafts import DraftRow, DraftState
from agent.visits.shared.adopted_catalogue import current_catalogue
from flows import (
    Adopted,
    AdoptedKind,
    BrowserMissingError,
    BrowserOptions,
    Catalogue,
    Conflicts,
    KeptPage,
    OthersPage,
    Overlaid,
    conflicts_of,
    digest_of,
    lay_under,
    open_browser,
)

_NO_HOST = "MAP * ~NOTFOUND"  # the browser that checks only shows what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A draft that may be adopted, as it was checked."""

    draft: DraftRow
    looked_at: int
    unknown: tuple[str, ...]  # recorded pages of no screen that it would claim too


def check(engine: Engine, settings: Settings, draft_id: int) -> Checked:
    """Check that a draft is offered and claims nothing that another screen claims.

    Raises:
        UsageError: there is no such draft, or it is adopted already.
        FindingError: it is not offered, or it claims what is another screen's.
        ConfigurationError: there is no browser to check it in.
    """
    with reading(engine) as conn:
        draft = require_offered(conn, draft_id)
        others = _others(conn, draft)
    laid = _with(draft, current_catalogue(engine))
    if draft.kind != AdoptedKind.SCREEN:
        return Checked(draft=draft, looked_at=0, unknown=())
    found = asyncio.run(_conflicts(settings, draft, laid.catalogue, others))
    if found.claimed:
        raise FindingError(
            f"expected draft {draft.id} to claim no page of another screen, found that it claims "
            f"{', '.join(found.claimed[:5])}"
        )
    return Checked(draft=draft, looked_at=found.looked_at, unknown=found.unknown)


def adopt(conn: Connection, checked: Checked, *, person: str, reason: str, now: datetime) -> str:
    """Adopt a draft that was checked; returns the name it is adopted under.

    Raises:
        UsageError: it was adopted, or changed, meanwhile.
        FindingError: it is not offered any more.
    """
    draft = require_offered(conn, checked.draft.id)
    if draft.digest != checked.draft.digest:
        raise UsageError(f"draft {draft.id} is another one than was checked; look at it again")
    adopted.add(
        conn,
        kind=draft.kind,
        name=draft.name,
        text=draft.text,
        digest=digest_of(draft.text),
        person=person,
        reason=reason,
        now=now,
        draft_id=draft.id,
    )
    drafts.set_state(conn, draft.id, DraftState.ADOPTED)
    return draft.name


def withdraw(conn: Connection, name: str) -> AdoptedRow:
    """Adopt something no longer; its draft is offered again.

    Raises:
        UsageError: nothing of this name is adopted.
    """
    row = adopted.withdraw(conn, name)
    if row.draft_id is not None:
        drafts.set_state(conn, row.draft_id, DraftState.OFFERED)
    return row


def require_offered(conn: Connection, draft_id: int) -> DraftRow:
    """One draft that may be adopted.

    Raises:
        UsageError: there is none of this number, or it is adopted already.
        FindingError: it is not offered, and why.
    """
    draft = drafts.get(conn, draft_id)
    if draft.state is DraftState.ADOPTED:
        raise UsageError(f"draft {draft_id} is adopted already, as {draft.name}")
    if draft.state is DraftState.REFUSED or draft.refusals or not draft.text:
        raise FindingError(f"draft {draft_id} is not offered: {'; '.join(draft.refusals) or 'it holds no file'}")
    return draft


def _with(draft: DraftRow, catalogue: Catalogue) -> Overlaid:
    piece = Adopted(kind=AdoptedKind(draft.kind), name=draft.name, text=draft.text, digest=draft.digest)
    laid = lay_under(catalogue, [piece])
    if laid.refused:
        raise FindingError(f"draft {draft.id} cannot be adopted: {laid.refused[0][1]}")
    return laid


def _others(conn: Connection, draft: DraftRow) -> list[OthersPage]:
    """The pages of the screens that are adopted."""
    names = {row.draft_id for row in adopted.list_all(conn)}
    return [
        OthersPage(name=name, page=KeptPage(address=url, body=page))
        for number, name, url, page in drafts.pages(conn)
        if number in names and number != draft.id
    ]


async def _conflicts(settings: Settings, draft: DraftRow, catalogue: Catalogue, others: list[OthersPage]) -> Conflicts:
    given = settings.browser
    options = BrowserOptions(executable=given.executable, no_sandbox=given.no_sandbox, host_resolver_rules=_NO_HOST)
    try:
        async with open_browser(options) as browser:
            return await conflicts_of(browser, draft.name, catalogue=catalogue, others=others)
    except BrowserMissingError as err:
        raise ConfigurationError(str(err)) from err
    except ValueError as err:
        raise ConfigurationError(f"the draft cannot be checked: {err}") from err
