"""What of an accessibility tree is not visible, or is about something else."""

from __future__ import annotations

from flows.permissions.rows.vocabulary import generic, is_level
from flows.permissions.snapshot.aria_cells import is_control, said_by
from flows.permissions.snapshot.aria_tree import AriaNode
from flows.words import fold


def drop_decoys(node: AriaNode) -> None:
    """Leave out what is not visible.

    Rows left of the window, where no scrolling leads, and the question about cookies.
    """
    node.children = [
        kid for kid in node.children if not (_is_consent(kid) or (_is_out_of_reach(kid) and _has_row(kid)))
    ]
    for kid in node.children:
        drop_decoys(kid)


def _is_out_of_reach(node: AriaNode) -> bool:
    # A box without any size is none of its own: that of a slot, or of an element that only holds others.
    return node.box is not None and node.box[2] <= 0 and node.box[0] < node.box[2]


def _has_row(node: AriaNode) -> bool:
    """A control and a text that names it.

    The text alone may be a title for those who cannot see.
    """
    below = list(node.walk())
    said = [said_by(kid) for kid in below if not is_control(kid) and kid.role != "option"]
    return any(is_control(kid) for kid in below) and any(text and not is_level(text) for text in said)


def _is_consent(node: AriaNode) -> bool:
    return node.role in ("dialog", "alertdialog", "region", "group") and any(
        word in fold(node.name) for word in generic("consent")
    )
