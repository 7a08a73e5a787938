"""Drift: the shape of a page beside the shapes of the recorded ones."""

from __future__ import annotations

from flows.catalogue.grids import recorded_shapes


def drift_of(layout: str, shape: str) -> str | None:
    """Say how a page's shape differs from every recording.

    None when it is one of them, or there is nothing to compare.

    The shape of a pair of pages is written `one+other`. A regional page of a pair looks as the classic one does, an own
    view as any.
    """
    known = {each for shapes in recorded_shapes().values() for each in shapes}
    new = [part for part in shape.split("+") if part and part not in known]
    if not new or not known:
        return None
    return f"the {layout} page has a shape ({', '.join(new)}) that no recording has; it was still read, record it again"
