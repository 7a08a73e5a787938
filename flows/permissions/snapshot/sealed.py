"""Closed shadow roots, which no script of a page can look into.

The browser itself knows where they are.
"""

from __future__ import annotations

from flows.browser.page_errors import ActRefusedError
from flows.models import PageGap, PageGapKind
from flows.permissions.page_reader import PageReader


async def closed_roots(page: PageReader) -> tuple[PageGap, ...]:
    """One gap for each closed shadow root, of a script or of the document."""
    try:
        taken = await page.document_tree()
    except ActRefusedError:
        return (PageGap(kind=PageGapKind.FRAME, words="the document could not be searched for closed parts"),)
    strings: list[str] = taken["strings"]
    names: dict[str, None] = {}
    for document in taken["documents"]:
        nodes = document["nodes"]
        roots = nodes.get("shadowRootType", {"index": [], "value": []})
        for at, kind in zip(roots["index"], roots["value"], strict=True):
            if strings[kind] == "closed":
                names[strings[nodes["nodeName"][nodes["parentIndex"][at]]].lower()] = None
    return tuple(
        PageGap(kind=PageGapKind.FRAME, words=f"{name} keeps its content closed", where=name) for name in names
    )
