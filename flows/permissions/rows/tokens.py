"""What a reading finds on a page, before it is interpreted.

Titles, texts, rows with their options, switches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from flows.permissions.rows.numbering import Numbers


class Way(StrEnum):
    """How a row shows its level."""

    OPTION = "option"  # one control a level: radio and the like
    CHOICE = "choice"  # one control for all levels: a drop-down
    TEXT = "text"  # the level's word
    MARK = "mark"  # a mark under a column head


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What an element says in a tip, or to those who cannot see, and its words."""

    said: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One level that a row shows. `on` is None where it cannot be told."""

    way: Way = Way.OPTION
    own: tuple[str, ...] = ()  # what the control says of itself
    column: str = ""  # what stands above it
    over: str = ""  # the marketplace above that, or beside the control
    on: bool | None = None
    look: int = 0  # of a control that is not displayed: how what is drawn for it looks
    locked: bool = True
    listed: tuple[str, ...] = ()  # of a choice: everything that could be chosen
    chosen: tuple[str, ...] = ()
    shows: str = ""
    unseen: bool = False  # a word that is there and not drawn
    tips: tuple[Tip, ...] = ()  # of it alone, or of it and others, though not of the whole row


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToken:
    """A row: its first text, the rest of its texts, its options."""

    label: str
    more: str = ""
    titled: bool = False  # the label is a heading
    names: tuple[str, ...] = ()  # ids of the oldest form found on its controls
    called: tuple[str, ...] = ()  # what its group, its drop-down or its box is called besides
    options: tuple[Option, ...] = ()
    described: tuple[str, ...] = ()  # texts of their own block below the label
    beside: tuple[str, ...] = ()  # every other text in the row besides label and levels
    astray: tuple[str, ...] = ()  # what stands in no cell of a row of cells, or in a message
    asides: tuple[str, ...] = ()  # parts of the label that stand in an element of their own behind its first words
    struck: bool = False  # the label or a level is struck through
    opens: bool = False  # its label, or its box, can be pressed, and what that shows is not known
    hints: tuple[str, ...] = ()  # what is said of it where the pointer rests, or to those who cannot see
    tips: tuple[Tip, ...] = ()  # of anything else in its box
    states: tuple[str, ...] = ()  # attributes that say that it is not in force
    # How faint it is, its ink, its ground, and the ink and ground of its level; what the pointer or a scroll
    # changes makes no other row.
    looks: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToken:
    """A text that belongs to no row."""

    text: str
    title: bool = False  # a heading, caption, legend, or the handle of a collapsible section
    strong: bool = False
    button: bool = False
    tab: bool = False
    alone: bool = False  # the only cell of its table row
    head: bool = False  # in a head of a table
    pressed: bool = False  # the button it stands on is pressed
    # pressed it would: "press" something, lead "here" (permissions), "back" where the visit was, or "away"
    way: str = ""  # empty: it cannot be pressed
    heard: bool = False  # a listener hears the press
    above: bool = False  # a row comes behind it
    fold: str = ""  # the handle of a section that is "open" or "closed"
    pieces: int = 1  # elements that it was put together from
    signed: bool = False  # a small sign follows it, as a level follows the name of a row
    led: bool = False  # a small sign stands before it
    locked: bool = False
    still: bool = False  # in a pager that leads nowhere
    chrome: bool = False  # in a part of the page that is navigation
    alert: bool = False
    where: str = ""

    @property
    def is_glyph(self) -> bool:
        """A single letter or sign on the handle of a section: it says nothing."""
        return bool(self.fold) and len(self.text) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsToken:
    """Column heads."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchToken:
    """A switch, or a tick box, that is no row.

    Or a control in a column head, which is for a whole section.
    """

    own: tuple[str, ...]
    on: bool | None
    locked: bool = True
    head: bool = False


class PieceKind(StrEnum):
    """What is left over when everything that the reading explains is taken away."""

    TEXT = "text"
    PSEUDO = "pseudo"  # a text that a style sheet writes
    CONTROL = "control"
    PICTURE = "picture"
    FRAME = "frame"
    SEALED = "sealed"  # a closed shadow root
    BLANK = "blank"  # painted, and empty
    FOLDED = "folded"  # text that is in the document and not shown
    HEARD = "heard"  # a part of the page, or all of it, that hears presses or keys, and what it does cannot be followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something that can be seen or brought to snapshot, and is not explained."""

    kind: PieceKind
    words: str
    where: str = ""
    role: str = ""  # of a control: field, choice, tab, link, button, check, other
    value: str = ""  # of a field
    shows: str = ""  # of a choice
    listed: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # of what is folded, one by one
    way: str = ""
    heard: bool = False
    above: bool = False  # a row comes behind it
    fold: str = ""
    locked: bool = False
    in_row: bool = False
    in_head: bool = False
    still: bool = False
    chrome: bool = False
    filter: bool = False
    tip: bool = False  # a tooltip, a menu, a dialog that is not open
    controls: int = 0
    stateful: int = 0  # of these, those that hold a state, as those of rows do
    hushed: bool = False  # not for assistive technology


Token = RowToken | TextToken | ColumnsToken | SwitchToken
Moment = tuple[
    float, ...
]  # what a page's clock said: another document, another change or another tick make another moment


@dataclass(frozen=True, slots=True, kw_only=True)
class DomSnapshot:
    """One look at a page by one of the two readings."""

    tokens: tuple[Token, ...]
    hidden: tuple[str, ...] = ()  # labels of controls that are in the document but not shown
    bare: tuple[str, ...] = ()  # things that look like rows and have no control
    busy: int = 0
    is_loading: bool = (
        False  # a text says so; at the end of a list that grows when it is scrolled to, that is no reason to wait
    )
    troubles: tuple[str, ...] = ()  # what boxes that stand for an error say
    row_counts: tuple[int, ...] = ()  # how many rows tables say they have
    live_buttons: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    language: str = ""
    title: str = ""
    emails: tuple[str, ...] = field(default=())
    titled_emails: tuple[str, ...] = field(default=())  # those in headings
    moment: Moment = ()  # of the page when this was seen
    numbers: tuple[Numbers, ...] = ()  # on the rows of lists
    left: tuple[Piece, ...] = ()  # what nothing explains

    @property
    def rows(self) -> tuple[RowToken, ...]:
        """The rows alone."""
        return tuple(token for token in self.tokens if isinstance(token, RowToken))
