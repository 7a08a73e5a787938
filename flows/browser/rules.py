"""The guard's data, `selectors/guard/`.

What no visit may ask for, and where the site's pages send measurements.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Literal
from urllib.parse import unquote

from pydantic import Field

from flows.marketplaces import RETAIL_HOSTS
from flows.tables import Table, Text, Texts, load_table

Errand = Literal["sign_in", "registration", "rotation"]  # what a visit may be sent for
_READS = ("GET", "HEAD", "OPTIONS")


class Never(Table):
    """One entry of the never-list."""

    why: Text
    paths: Texts = Field(min_length=1)
    unless: frozenset[Errand] = frozenset()
    writes_only: bool = False


class NeverTable(Table):
    """`never.toml`."""

    never: tuple[Never, ...] = Field(min_length=1)


class ServicesTable(Table):
    """`telemetry.toml` and `fronts.toml`.

    The first part of hosts' names; * stands for anything.
    """

    services: Texts = Field(min_length=1)


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
    return load_table("guard/never", NeverTable).never


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
    return frozenset(
        f"{service}.{domain}" for service in load_table(f"guard/{name}", ServicesTable).services for domain in domains
    )
