"""What an audit did not understand and an admin may call chrome, kept as drafts."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from agent.domain.audit.document import AuditDocument, GapDocument
from agent.store.database.handles import Connection
from agent.store.people import drafts
from flows import ADOPTED_PREFIX, AdoptedKind, PageGap, PageGapKind, chrome_text, digest_of, why_not_chrome

_MOST = 50  # of one audit


def keep(conn: Connection, document: AuditDocument, *, account_id: str, visit_id: str, now: datetime) -> int:
    """Keep a draft of each gap of an incomplete audit that may be chrome.

    Returns how many are new.

    A gap that can never be chrome is kept nowhere: it stands in the audit.
    """
    layout = document["layout"]
    if document["verdict"] != "incomplete" or not layout:
        return 0
    new = 0
    for gap in document["gaps"][:_MOST]:
        if why_no_draft(gap, document) is None:
            new += _keep(conn, gap, layout=layout, account_id=account_id, visit_id=visit_id, now=now)
    return new


def why_no_draft(gap: GapDocument, document: AuditDocument) -> str | None:
    """Why a gap can never be adopted as chrome; None where it can."""
    if not document["layout"]:
        return "the layout of the page is not known"
    return why_not_chrome(PageGap(kind=PageGapKind(gap["kind"]), words=gap["words"], where=gap["where"]))


def _keep(conn: Connection, gap: GapDocument, *, layout: str, account_id: str, visit_id: str, now: datetime) -> bool:
    name = draft_name(gap, layout)
    summary = f"Said {gap['words']!r} on permission pages of the layout {layout}; nothing about rows."
    text = chrome_text(
        name=name,
        layout=layout,
        kind=gap["kind"],
        where=gap["where"],
        words=gap["words"],
        summary=summary,
        source="a gap of an audit",
        seen_on=now.date(),
    )
    about = {
        "layout": layout,
        "gap": gap["kind"],
        "words": gap["words"],
        "where": gap["where"],
        "picture": gap["picture"],
    }
    return drafts.add(
        conn,
        kind=AdoptedKind.CHROME,
        name=name,
        digest=digest_of(text),
        text=text,
        refusals=(),
        about=about,
        person="",
        now=now,
        account_id=account_id,
        visit_id=visit_id,
    )


def draft_name(gap: GapDocument, layout: str) -> str:
    """What the draft of a gap is called: `selectors adopt` takes it."""
    words = "_".join(re.findall(r"[a-z]+", gap["words"].lower())[:4]) or gap["kind"]
    told = "\n".join([layout, gap["kind"], gap["where"], gap["words"]])
    return f"{ADOPTED_PREFIX}{words[:40]}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"
