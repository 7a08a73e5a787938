"""Drift: the shape of a page that was read, beside the shapes of the recorded ones."""

from __future__ import annotations

from flows.grids.data import recorded_shapes


def drift_of(layout: str, shape: str) -> str | None:
    """Say how a page's shape differs from every recording of its layout; None when it is one of them, or there is nothing to compare."""
    known = recorded_shapes().get(layout, ())
    if not shape or not known or shape in known:
        return None
    return f"the {layout} page has a shape ({shape}) that no recording has; it was still read, record it again"
