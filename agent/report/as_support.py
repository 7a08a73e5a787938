"""The one page of a support file.

What stands, what was read, what happened, in UTC and in the seller's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.pages import page_environment

_ZONES = {  # of each marketplace, as its seller reads a clock
    "US": "America/Los_Angeles", "CA": "America/Los_Angeles", "MX": "America/Mexico_City", "BR": "America/Sao_Paulo",
    "UK": "Europe/London", "IE": "Europe/Dublin", "DE": "Europe/Berlin", "FR": "Europe/Paris", "IT": "Europe/Rome",
    "ES": "Europe/Madrid", "NL": "Europe/Amsterdam", "SE": "Europe/Stockholm", "PL": "Europe/Warsaw",
    "BE": "Europe/Brussels",
    "TR": "Europe/Istanbul", "AE": "Asia/Dubai", "SA": "Asia/Riyadh", "EG": "Africa/Cairo", "IN": "Asia/Kolkata",
    "ZA": "Africa/Johannesburg", "JP": "Asia/Tokyo", "AU": "Australia/Sydney", "SG": "Asia/Singapore",
}  # fmt: skip


def support_page(values: Mapping[str, Any], *, marketplace: str) -> str:
    """Render it; one self-contained file that runs nothing."""
    zone = ZoneInfo(_ZONES.get(marketplace, "UTC"))
    environment = page_environment(Path(__file__).parent / "templates", nothing="–")
    environment.filters["when"] = lambda moment: _when(moment, zone)
    return environment.get_template("support.html.j2").render(zone=zone.key, **values)


def _when(moment: datetime | str | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "–"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S} UTC ({at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z})"
