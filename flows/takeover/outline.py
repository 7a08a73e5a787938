"""The page as a list of words and controls, from the accessibility tree.

For screen readers and thin lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession

from flows.browser.page_errors import unless_gone
from flows.redaction.redact import Redactor

_PRESSED = frozenset({"button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "combobox", "listbox"})
_FILLED = frozenset({"textbox", "searchbox", "spinbutton"})
_SAID = frozenset({"heading", "StaticText", "alert", "image", "img", "status"})
_MOST = 300  # entries
_LONGEST = 300  # characters of one


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """One piece of the page. `kind`: text, heading, picture, press, tick, field, list."""

    node: int
    kind: str
    name: str
    checked: bool | None = None
    disabled: bool = False


async def read_outline(session: CDPSession, redactor: Redactor, *, frames: list[str]) -> tuple[OutlineEntry, ...]:
    """Read the entries of all these frames, in order.

    No value of a field is among them.
    """
    found: list[OutlineEntry] = []
    for frame in frames:
        with unless_gone():  # gone meanwhile
            tree = await session.send("Accessibility.getFullAXTree", {"frameId": frame})
            found += _entries(tree["nodes"], redactor)
    return tuple(found[:_MOST])


def _entries(nodes: list[dict[str, Any]], redactor: Redactor) -> list[OutlineEntry]:
    by_id = {node["nodeId"]: node for node in nodes}
    entries: list[OutlineEntry] = []

    def walk(node: dict[str, Any]) -> None:
        role = str(node.get("role", {}).get("value", ""))
        kind = None if node.get("ignored") else _kind(role, node)
        if kind is not None and "backendDOMNodeId" in node:
            entries.append(_entry(node, kind, redactor))
        if kind in (None, "text") or role == "alert":
            for child in node.get("childIds", ()):
                if child in by_id:
                    walk(by_id[child])

    for node in nodes:
        if "parentId" not in node:
            walk(node)
    return [entry for entry in entries if entry.name or entry.kind in ("field", "press", "tick", "list")]


def _kind(role: str, node: dict[str, Any]) -> str | None:
    if role in ("checkbox", "radio", "switch"):
        return "tick"
    if role in ("combobox", "listbox") and not _property(node, "editable"):
        return "list"
    if role in _FILLED or role == "combobox":
        return "field"
    if role in _PRESSED:
        return "press"
    if role not in _SAID or (role in ("alert", "status") and node.get("childIds")):
        return None
    return "heading" if role == "heading" else "picture" if role in ("image", "img") else "text"


def _entry(node: dict[str, Any], kind: str, redactor: Redactor) -> OutlineEntry:
    name = redactor.redact(str(node.get("name", {}).get("value", "")))[:_LONGEST].strip()
    checked = _property(node, "checked")
    return OutlineEntry(
        node=node["backendDOMNodeId"],
        kind=kind,
        name=name,
        checked=None if kind != "tick" else checked in (True, "true"),
        disabled=bool(_property(node, "disabled")),
    )


def _property(node: dict[str, Any], name: str) -> Any:
    return next((each["value"].get("value") for each in node.get("properties", ()) if each["name"] == name), None)
