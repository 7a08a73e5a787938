"""Evidence that is too old to keep."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path


def forget_evidence(data_dir: Path, *, before: datetime) -> int:
    """Delete the folders of visits that ended before; returns how many."""
    gone = 0
    for visit in (data_dir / "evidence").glob("*/*"):
        if visit.is_dir() and visit.stat().st_mtime < before.timestamp():
            shutil.rmtree(visit, ignore_errors=True)
            gone += 1
    return gone
