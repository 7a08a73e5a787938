"""The accessibility tree that Playwright writes as YAML, parsed into nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

Box = tuple[float, float, float, float]  # left, top, right, bottom in the window
_LINE = re.compile(r"^( *)- (.*)$")
_NODE = re.compile(r'^(?P<role>[a-z]+)(?: (?P<name>"(?:\\.|[^"\\])*"|/.*/))?(?P<attrs>(?: \[[^\]]*\])*)(?P<rest>:.*)?$')
_ATTR = re.compile(r"\[([a-z-]+)(?:=([^\]]*))?\]")


@dataclass
class AriaNode:
    """One node: role, accessible name, states, own text, children."""

    role: str
    name: str = ""
    states: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[AriaNode] = field(default_factory=list)
    parent: AriaNode | None = None

    def walk(self) -> Iterator[AriaNode]:
        """This node and everything below it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    @cached_property
    def box(self) -> Box | None:
        """Left, top, right, bottom in the window, where the snapshot says."""
        parts = self.states.get("box", "").split(",")
        if len(parts) != 4:
            return None
        x, y, width, height = (float(part) for part in parts)
        return x, y, x + width, y + height

    def above(self, *roles: str) -> AriaNode | None:
        """The nearest node of one of these roles, this one included."""
        node: AriaNode | None = self
        while node is not None and node.role not in roles:
            node = node.parent
        return node


def parse_aria(snapshot: str) -> AriaNode:
    """Parse a snapshot; lines that are not understood raise, they are never skipped.

    Raises:
        ValueError: the snapshot is not written as we know it.
    """
    root = AriaNode(role="root")
    path: list[tuple[int, AriaNode]] = [(-1, root)]
    for line in snapshot.splitlines():
        match = _LINE.match(line)
        if match is None:
            if line.strip():
                raise ValueError(f"not a line of an accessibility snapshot: {line[:80]!r}")
            continue
        indent, content = len(match.group(1)), match.group(2)
        while path[-1][0] >= indent:
            path.pop()
        if content.startswith("/"):  # a property such as /url
            continue
        node = _parse_node(content)
        node.parent = path[-1][1]
        node.parent.children.append(node)
        path.append((indent, node))
    return root


def _parse_node(content: str) -> AriaNode:
    if content.startswith("'"):  # a key that YAML had to quote
        close = _closing(content)
        content = content[1:close].replace("''", "'") + content[close + 1 :]
    if content.startswith("text:"):
        return AriaNode(role="text", text=_scalar(content[5:].strip()))
    match = _NODE.match(content)
    if match is None:
        raise ValueError(f"not a node of an accessibility snapshot: {content[:80]!r}")
    name = match.group("name") or ""
    states = {key: value or "true" for key, value in _ATTR.findall(match.group("attrs") or "")}
    rest = (match.group("rest") or "").removeprefix(":").strip()
    return AriaNode(
        role=match.group("role"),
        name=json.loads(name) if name.startswith('"') else name.strip("/"),
        states=states,
        text=_scalar(rest),
    )


def _closing(content: str) -> int:
    """Where a YAML key in single quotes ends; doubled quotes are part of it."""
    at = 1
    while at < len(content):
        if content[at] == "'":
            if content[at + 1 : at + 2] != "'":
                return at
            at += 1
        at += 1
    raise ValueError("an unclosed quote in an accessibility snapshot")


def _scalar(value: str) -> str:
    if value.startswith('"'):
        return str(json.loads(value))
    if value.startswith("'") and value.endswith("'"):
        return value[1:-1].replace("''", "'")
    return value
