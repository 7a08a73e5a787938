"""What one node of the accessibility tree says.

Its words, its options, the head it stands under.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flows.permissions.rows.tokens import Option, Way
from flows.permissions.rows.vocabulary import is_level, marks
from flows.permissions.snapshot.aria_tree import AriaNode
from flows.words import fold

_ONE = ("radio", "menuitemradio", "checkbox")
_MANY = ("combobox", "listbox")


def said_by(node: AriaNode) -> str:
    """What a node says itself."""
    return node.text or node.name


def is_one(node: AriaNode) -> bool:
    """A control for one level.

    A radio or the like, or one of a strip of buttons of which one is pressed.
    """
    return node.role in _ONE or _is_pressable(node)


def is_many(node: AriaNode) -> bool:
    """A control for all levels.

    A list of them, or a button that shows a level and is named by more than that.
    """
    if node.role == "textbox":
        return is_level(node.text)  # a field whose list comes when it is pressed
    return node.role in _MANY or (node.role == "button" and _shown_by(node) is not None)


def _shown_by(button: AriaNode) -> str | None:
    """The level that the button of a drop-down shows.

    Its name is what it is for, and that level.
    """
    said = {text for kid in button.walk() if kid.text and is_level(text := _without_sign(kid.text))}
    shown = said.pop() if len(said) == 1 else None
    if shown and not button.name and button.children:
        return shown  # named by something that is not there yet
    return (
        shown
        if shown and not is_level(button.name) and (button.name.endswith(shown) or button.name.startswith(shown))
        else None
    )


def is_control(node: AriaNode) -> bool:
    """Any control of levels."""
    return is_one(node) or is_many(node)


def _is_pressable(node: AriaNode) -> bool:
    """A button named like a level, where one beside it says that it is pressed.

    Of one that is not, the tree
    says nothing.
    """
    if node.role != "button" or not is_level(node.name):
        return False
    strip = node.above("row") or node.parent
    return strip is not None and any("pressed" in other.states for other in strip.walk() if other.role == "button")


def one_of(node: AriaNode, *, column: str, over: str, name: str = "") -> Option:
    """A control for one level, as an option; `name` where it has none of its own."""
    state = node.states.get("pressed" if node.role == "button" else "checked")
    own = tuple(text for text in (node.name or name,) if text)
    return Option(
        own=own,
        column=column,
        over=over,
        on=None if state == "mixed" else state == "true",
        locked="disabled" in node.states,
    )


def many_of(node: AriaNode, *, over: str = "", beside: str = "") -> Option:
    """A drop-down, as an option.

    What it lists, where the tree says so, and what it shows; `beside` where it shows nothing itself.
    """
    listed = [(kid.name or kid.text, "selected" in kid.states) for kid in node.walk() if kid.role == "option"]
    chosen = tuple(name for name, selected in listed if selected)
    said = [kid.text for kid in node.walk() if kid.role != "option" and kid.text and kid.above("option") is None]
    locked, listing = "disabled" in node.states, tuple(name for name, _ in listed)
    named = node.name if is_level(node.name) else ""
    shows = "" if chosen else " ".join(dict.fromkeys(map(_without_sign, said))) or ("" if listed else beside or named)
    return Option(way=Way.CHOICE, over=over, on=True, locked=locked, listed=listing, chosen=chosen, shows=shows)


def _without_sign(text: str) -> str:
    """A level without the arrow that is drawn behind it; any other text as it is."""
    bare = text.rstrip("▼▾▿⌄˅∨▽🔽 ")
    return bare if is_level(bare) else text


def is_blank(option: Option) -> bool:
    """Whether a drop-down tells neither what it lists nor what it shows."""
    return option.way is Way.CHOICE and not (option.listed or option.chosen or option.shows)


def cells_of(row: AriaNode) -> list[AriaNode]:
    """The cells of a table row.

    Those of a group inside it where the row holds nothing else.
    """
    return (
        row.children if len(row.children) > 1 else [child for kid in row.children for child in (kid.children or [kid])]
    )


def controls_in(node: AriaNode) -> Iterator[AriaNode]:
    """The outermost controls below a node, or the node itself."""
    if is_control(node):
        yield node
        return
    for kid in node.children:
        yield from controls_in(kid)


def options_of(cell: AriaNode, *, column: Callable[[AriaNode], str], over: Callable[[AriaNode], str]) -> list[Option]:
    """What a cell says of its row's level.

    `column` tells the level head above a control, `over` its marketplace.
    """
    controls = list(controls_in(cell))
    if controls:
        level = next((text for text in texts_in([cell]) if is_level(text)), "") if len(controls) == 1 else ""
        return [
            many_of(node, over=over(node), beside=level)
            if is_many(node)
            else one_of(node, column=column(node), over=over(node), name=level)
            for node in controls
        ]
    text, head = own_text(cell), column(cell)
    if is_level(text):
        return [Option(way=Way.TEXT, own=(text,), column=head, over=over(cell), on=True)]
    return (
        [Option(way=Way.MARK, column=head, over=over(cell), on=True)]
        if is_level(head) and fold(text) in marks("on")
        else []
    )


def texts_in(nodes: Iterable[AriaNode]) -> list[str]:
    """Every text of these nodes and below, each once, in order.

    Names of controls are not texts.
    """
    below = [kid for node in nodes for kid in node.walk() if not is_control(kid) and kid.role not in ("option", "row")]
    said = [kid.text or (kid.name if not kid.children else "") for kid in below if kid.above(*_MANY) is None]
    return [text for text in said if text]


def cell_text(cell: AriaNode) -> str:
    """What a cell says; all of it only where it is nothing but buttons or links."""
    return own_text(cell) or " ".join(texts_in([cell])).strip()


def own_text(cell: AriaNode) -> str:
    """What a cell says without the buttons and links in it, which are often help."""
    doors = {id(node) for door in cell.walk() if door.role in ("button", "link") for node in door.walk()}
    return " ".join(texts_in(node for node in cell.walk() if id(node) not in doors and not node.children)).strip()


def has_label(row: AriaNode) -> bool:
    """Whether a table row says anything but levels."""
    return any(not is_level(text) for text in texts_in([row]))


def sides_of(table: AriaNode) -> list[float]:
    """Where cells of a table stand that go on beside several rows, as sections do."""
    rows = (row for row in table.walk() if row.role == "row")
    return [cell.box[0] for row in rows for cell in row.children if _spans_rows(cell, row) and cell.box]


def cells_across(cells: list[AriaNode], sides: list[float]) -> list[AriaNode]:
    """The cells of a row that stand at such sides.

    None where the row says nothing else.
    """
    across = [cell for cell in cells if cell.box and any(abs(cell.box[0] - left) < 2 for left in sides)]
    rest = [text for text in texts_in([cell for cell in cells if cell not in across]) if not is_level(text)]
    return across if rest else []


def _spans_rows(cell: AriaNode, row: AriaNode) -> bool:
    return cell.role != "columnheader" and cell.box is not None and row.box is not None and cell.box[3] > row.box[3] + 2
