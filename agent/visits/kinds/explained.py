"""Pictures of what an audit made of its pages, for the person who looks at a gap."""

from __future__ import annotations

from pathlib import Path

import structlog

from agent.domain.audit.document import AuditDocument, ExplainedDocument, GapDocument, MarkDocument
from agent.domain.audit.gap_steps import step_for_gap, step_for_unread_row
from agent.observe import events
from agent.visits.kinds.chrome_drafts import draft_name, why_no_draft
from flows import AuditReading, Explanation, Grid, PageGap, PageGapKind, PageReader, Visit, Wanted, explain_grid, legend

log = structlog.get_logger(__name__)

_ASKED = 60.0  # seconds for the pictures a person asked for
_BY_ITSELF = 10.0  # of an incomplete audit


async def keep_explanation(
    visit: Visit, reading: AuditReading, document: AuditDocument, directory: Path, *, asked: bool, names: frozenset[str]
) -> None:
    """Draw the pages of an audit and name the pictures in its document.

    `explained`, and `picture` of each gap that has a place.

    `asked`: a person wants every page and view; else only an audit with gaps is drawn, and only the page that is open.
    Costs an audit nothing that it was not asked for and that has no gaps. `names`: addresses that the page may show.
    """
    grid = reading.grid
    if not asked and (document["verdict"] != "incomplete" or not document.get("gaps")):
        return
    if grid is None:
        document["explained"] = nothing_drawn(_why_no_page(reading))
        return
    gaps = _gaps(grid, document)
    wanted = Wanted(
        grid=grid,
        gaps=gaps,
        names=names,
        steps=tuple(_step(gap, document) for gap in document.get("gaps", ())),
        step_of_row=step_for_unread_row(document["account"]),
        walks=asked,
    )
    within = _ASKED if asked else _BY_ITSELF
    try:
        made = await explain_grid(
            PageReader.of(visit), wanted, directory=directory, redactor=visit.redactor, within=within
        )
    except Exception as err:  # noqa: BLE001 - what an audit found must not be lost to what drawing it met
        log.warning(events.EVIDENCE_MISSED, account=document["account"], error=type(err).__name__)
        document["explained"] = nothing_drawn(f"drawing failed ({type(err).__name__}); the audit itself stands")
        return
    _tell(document, made)


def share_pictures(drawn: AuditDocument, shown: AuditDocument) -> None:
    """Name the pictures of an audit in the same reading judged by another policy."""
    if "explained" in drawn:
        shown["explained"] = drawn["explained"]
    pictures = {(gap["kind"], gap["words"], gap["where"]): gap["picture"] for gap in drawn.get("gaps", ())}
    for gap in shown.get("gaps", ()):
        gap["picture"] = pictures.get((gap["kind"], gap["words"], gap["where"]))
    taken = {finding["id"]: finding["evidence"] for finding in drawn["findings"] if "evidence" in finding}
    whys = {finding["id"]: finding["no_picture"] for finding in drawn["findings"] if "no_picture" in finding}
    for finding in shown["findings"]:
        if finding["id"] in taken:
            finding["evidence"] = taken[finding["id"]]
        else:
            finding["no_picture"] = whys.get(finding["id"], "only findings of the settings' own policy are pictured")
    shown["evidence"] = list(drawn["evidence"])


def nothing_drawn(why: str) -> ExplainedDocument:
    """What stands in a document where there is no picture."""
    return ExplainedDocument(legend=legend(), pictures=[], page=None, marks=[], why_not=why)


def _why_no_page(reading: AuditReading) -> str:
    if reading.refusal is not None:
        return f"the site refused the permissions page ({reading.refusal.kind.value}), so there is no page to draw"
    return "no permissions page was reached, so there is no page to draw"


def _gaps(grid: Grid, document: AuditDocument) -> tuple[PageGap, ...]:
    """The gaps in the document's order.

    Those of the pages, then what the audit itself found missing.
    """
    own = grid.named_gaps
    more = document.get("gaps", [])[len(own) :]
    return (*own, *(PageGap(kind=PageGapKind(one["kind"]), words=one["words"], where=one["where"]) for one in more))


def _step(gap: GapDocument, document: AuditDocument) -> str:
    why_not = why_no_draft(gap, document)
    draft = draft_name(gap, document["layout"]) if why_not is None and document["verdict"] == "incomplete" else None
    return step_for_gap(PageGapKind(gap["kind"]), account=document["account"], draft=draft, why_not_adopted=why_not)


def _tell(document: AuditDocument, made: Explanation) -> None:
    crops = {number: _place(path) for number, path in made.crops.items()}
    for number, gap in enumerate(document.get("gaps", ()), 1):
        gap["picture"] = crops.get(number)
    document["explained"] = ExplainedDocument(
        legend=legend(),
        pictures=[
            {"picture": _place(one.path), "name": one.name, "alt": one.alt, "counts": one.counts}
            for one in made.pictures
        ],
        page=None if made.html is None else _place(made.html),
        marks=[
            MarkDocument(
                number=one.number,
                kind=one.kind,
                words=one.words,
                where=one.where,
                next=one.next,
                picture=crops.get(one.number),
                box=list(made.boxes[one.number]) if one.number in made.boxes else None,
            )
            for one in made.marks
        ],
        why_not=made.why_not or None,
    )
    kept = [one["picture"] for one in document["explained"]["pictures"]] + [*crops.values()]
    document["evidence"] += [*kept, *([document["explained"]["page"]] if document["explained"]["page"] else [])]


def _place(path: Path) -> str:
    """A path relative to the data directory, as all evidence is named."""
    return str(Path("evidence", *path.parts[-3:]))
