"""The recorded pages beside the catalogue, by screen and case."""

from __future__ import annotations

from flows.catalogue.recorded_page import RecordedPage, read_page, shipped_pages


def recorded_page(name: str) -> RecordedPage:
    """The recorded page of a name such as `email/classic_de`."""
    return read_page(shipped_pages() / f"{name}.html")


def recorded_body(name: str) -> str:
    """The page itself, without its expected reading."""
    return recorded_page(name).body
