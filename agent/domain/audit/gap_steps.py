"""What a person may do about each gap of an audit."""

from __future__ import annotations

from flows import PageGapKind

_RECORD = "'sc-agent record audit {account} --output DIR' records the page."
_LOOK = "Open the page by hand and look what it says about the rows."
_STEPS = {
    PageGapKind.UNEXPLAINED: f"{_LOOK}{{no}} {_RECORD}",
    PageGapKind.BANNER: f"{_LOOK}{{no}} {_RECORD}",
    PageGapKind.DISAGREEMENT: f"Two ways of reading the page differ; {_LOOK[0].lower()}{_LOOK[1:]} {_RECORD}",
    PageGapKind.WAY_NOT_TAKEN: (
        "Open it by hand and look whether it shows more rows. If it never does, its words belong into "
        f"selectors/grids/furniture.toml ([presses] or [tabs]). If it does, {_RECORD}"
    ),
    PageGapKind.FRAME: (
        "It cannot be looked into. Open the page by hand and see that it says nothing about permissions."
    ),
    PageGapKind.PICTURE: (
        "No text can be read in it. Open the page by hand and see that it says nothing about permissions."
    ),
    PageGapKind.LATE: (
        "It had not come yet: audit again, 'sc-agent audit {account} --explain'. AUDIT__SECOND_LOOK waits longer."
    ),
    PageGapKind.LOST_ROW: (
        "If you know that the row is gone: 'sc-agent audit {account} --confirm --reason TEXT'. "
        "With --fleet it is said for every account of the marketplace and layout."
    ),
    PageGapKind.SUBJECT: (
        "Look whose rights the page shows; only those of the user email count. "
        "Another account that may open the page reads them: 'sc-agent audit {account} --as ID2'."
    ),
    PageGapKind.FILTERED: "Something hides rows: clear the filter or the search in Seller Central, then audit again.",
}
_ADOPT = (
    "If it says nothing about rows: 'sc-agent selectors adopt {draft} --reason TEXT'; every later audit knows it then."
)
_ROW = (
    f"{_LOOK} A level that is not known belongs into selectors/grids/words.toml, once a person says what it means. "
    f"{_RECORD}"
)


def step_for_gap(
    kind: PageGapKind, *, account: str, draft: str | None = None, why_not_adopted: str | None = None
) -> str:
    """One or two sentences that name the command, where there is one.

    `draft`: the name by which the piece can be adopted as part of the site's own frame. `why_not_adopted`: why it never
    can.
    """
    if draft is not None:
        return _ADOPT.format(draft=draft)
    no = f" It cannot be adopted: {why_not_adopted}." if why_not_adopted else ""
    return _STEPS[kind].format(account=account, no=no)


def step_for_unread_row(account: str) -> str:
    """The same for a row whose level could not be read."""
    return _ROW.format(account=account)
