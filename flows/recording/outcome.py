"""What came of a flow, as plain data for a recording and its replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import SecretStr

from flows.errors import FlowError

_NOT_AN_OUTCOME = frozenset(
    {"evidence", "shape", "named_gaps", "second_look"}
)  # of one machine, aged apart, or told already


def outcome_of(ended: Any) -> dict[str, Any]:
    """How a flow ended: by what it returned, or by what it raised.

    What is no error of a flow has no code but its kind.
    """
    match ended:
        case FlowError():
            return {"error": error_of(ended)}
        case Exception():
            return {"error": {"code": "unexpected", "kind": type(ended).__name__}}
        case _:
            return {"result": plain(ended)}


def error_of(err: FlowError) -> dict[str, Any]:
    """What stays of an error: its code and what kind of it.

    Not its sentence, which may be reworded.
    """
    told = {name: getattr(err, name, None) for name in ("screen", "kind", "reason")}
    return {"code": err.code, **{name: value for name, value in told.items() if value}}


def plain(value: Any) -> Any:
    """Turn a flow's value into JSON; secrets and paths stay out."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = (one.name for one in fields(value) if one.name not in _NOT_AN_OUTCOME)
        return {
            name: sorted(set(part)) if name == "blocked_requests" else plain(part)
            for name in kept
            for part in (getattr(value, name),)
        }
    match value:
        case Enum():
            return value.value
        case SecretStr():
            return None
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(part) for part in value]
        case _:
            return value
