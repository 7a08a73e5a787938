"""The guard's data, `selectors/guard/`.

What no visit may ask for, and where the site's pages send measurements.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from urllib.parse import unquote

from flows.data_files import selectors_root
from flows.marketplaces import RETAIL_HOSTS

_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """One entry of the never-list."""

    why: str
    paths: tuple[str, ...]
    unless: frozenset[str] = frozenset()  # errands
    writes_only: bool = False


def is_never(path: str, *, method: str, errands: frozenset[str]) -> bool:
    """Whether no visit with these errands may ask for the path."""
    plain = plain_path(path)
    return any(
        not (entry.writes_only and method in _READS)
        and not (entry.unless & errands)
        and any(fnmatchcase(plain, pattern) for pattern in entry.paths)
        for entry in never_list()
    )


def plain_path(path: str) -> str:
    """Bring a path to the form that the site would read.

    No percent signs, parameters, doubled slashes, capitals.
    """
    segments = [segment.partition(";")[0] for segment in unquote(path).split("/")]
    return "/" + "/".join(filter(None, segments)).lower()


@cache
def never_list() -> tuple[Never, ...]:
    """Load what is never asked for."""
    return tuple(
        Never(
            why=entry["why"],
            paths=tuple(entry["paths"]),
            unless=frozenset(entry.get("unless", ())),
            writes_only=entry.get("writes_only", False),
        )
        for entry in _load("never")["never"]
    )


@cache
def telemetry_hosts() -> frozenset[str]:
    """The hosts of every listed country that measurements go to.

    * stands for anything.
    """
    return _by_country("telemetry")


@cache
def front_hosts() -> frozenset[str]:
    """The site's own pages that advertise selling: led there, a visit is not inside."""
    return _by_country("fronts")


def _by_country(name: str) -> frozenset[str]:
    domains = {host.removeprefix("www.") for host in RETAIL_HOSTS}
    return frozenset(f"{service}.{domain}" for service in _load(name)["services"] for domain in domains)


def _load(name: str) -> dict[str, Any]:
    file = selectors_root() / "guard" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
