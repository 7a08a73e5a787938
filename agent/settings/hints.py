"""Names of settings as people write them, and the right one for a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from agent.settings.model import PREFIX, Settings


def env_name(*path: str) -> str:
    """The environment variable for a settings path, for example SC_AGENT_IMAP__HOST."""
    return PREFIX + "__".join(part.upper() for part in path)


def toml_name(*path: str) -> str:
    """The same in a TOML file: `[imap] host`, or `host` at the top."""
    names = [part.lower() for part in path]
    return f"[{'.'.join(names[:-1])}] {names[-1]}" if len(names) > 1 else names[-1]


def hint(path: Sequence[str], *, in_file: bool = False) -> str:
    """Name the setting that was probably meant, in the way the wrong one was written."""
    written = "_".join(part.strip("_") for part in path).upper()
    known = {"_".join(one).upper(): one for one in setting_paths()}
    known |= {"_".join(one[-1:]).upper(): one for one in known.values() if len(path) == 1 and len(one) == 1}
    if len(path) == 1 and not in_file:
        known["CONFIG"] = ("config",)
    ends = [name for name in known if name.endswith(f"_{written}")]  # its group was left out
    nearest = (
        [written]
        if written in known
        else ends
        if len(ends) == 1
        else difflib.get_close_matches(written, known, n=1, cutoff=0.75)
    )
    if not nearest:
        return "; 'sc-agent config show' lists the settings"
    meant = known[nearest[0]]
    return f"; did you mean {toml_name(*meant) if in_file else env_name(*meant)}?"


def setting_paths(model: type[BaseModel] = Settings, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every group and every setting."""
    for name, field in model.model_fields.items():
        yield (*prefix, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_paths(field.annotation, (*prefix, name))


def stands_in(tree: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a TOML file holds this path."""
    inner: Any = tree
    for part in path:
        if not isinstance(inner, Mapping) or part not in inner:
            return False
        inner = inner[part]
    return True
