"""Whether the body of a GraphQL POST asks one listed question only; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

_KEYS = frozenset({"query", "operationName", "variables"})
_LONGEST = 20_000  # characters; a page's own question has a few hundred
_TOKEN = re.compile(
    r"""(?P<skip>[\s,\ufeff]+|\#[^\n\r]*)|(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|"(?:[^"\\\n\r]|\\.)*")"""
    r"|(?P<name>[_A-Za-z][_0-9A-Za-z]*)|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<mark>\.\.\.|[!$&():=@\[\]{}|])",
    re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"


def is_listed_query(body: str | None, operations: Collection[str]) -> bool:
    """Whether a body is one JSON object with one listed `query` operation.

    Batches, mutations, subscriptions, shorthand, several operations, stored queries and anything that is not
    understood are refused.
    """
    if body is None or len(body) > _LONGEST:
        return False
    try:
        asked = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    if not isinstance(asked, dict) or not set(asked) <= _KEYS or not isinstance(asked.get("query"), str):
        return False
    if not isinstance(asked.get("variables", {}), dict | None):
        return False
    name = _only_query(asked["query"])
    return name is not None and name in operations and asked.get("operationName", name) in (name, None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two keys of one name are read in one way here and perhaps in another there."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _only_query(document: str) -> str | None:
    """The name of a document's one operation.

    None where there is not exactly one query with a name.
    """
    tokens = _tokens(document)
    if tokens is None:
        return None
    names: list[str] = []
    heads = _heads(tokens)
    if heads is None:
        return None
    for head in heads:
        kind, rest = head[0], head[1:]
        if kind == "fragment" and len(rest) > 2 and rest[1] == "on" and rest[3:4] in ([], ["@"]):
            continue
        if kind != "query" or not rest or not rest[0].isidentifier() or rest[1:2] not in ([], ["@"]):
            return None
        names.append(rest[0])
    return names[0] if len(names) == 1 else None


def _tokens(document: str) -> list[str] | None:
    tokens, at = [], 0
    while at < len(document):
        found = _TOKEN.match(document, at)
        if found is None:
            return None
        at = found.end()
        if found["skip"] is None:
            tokens.append('""' if found["text"] is not None else found[0])
    return tokens


def _heads(tokens: list[str]) -> list[list[str]] | None:
    """What stands outside all brackets, definition by definition.

    Each ends with its selection in braces.
    """
    heads: list[list[str]] = []
    head: list[str] = []
    open_: list[str] = []
    for piece in tokens:
        if piece in _OPEN:
            if not head:
                return None  # a shorthand query has no name
            open_.append(piece)
        elif piece in _CLOSE:
            if not open_ or _OPEN.index(open_.pop()) != _CLOSE.index(piece):
                return None
            if piece == "}" and not open_:
                heads.append(head)
                head = []
        elif not open_:
            head.append(piece)
    return None if open_ or head else heads
