"""Evidence that is too old to keep, or more than an account may have."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path


def forget_evidence(data_dir: Path, *, before: datetime, bytes_per_account: int) -> int:
    """Delete the folders of visits that ended before, and of each account the oldest beyond its share; returns how
    many.

    An account's newest folder is kept whatever its size: its visit may still be running.
    """
    gone = 0
    for account in (data_dir / "evidence").glob("*"):
        with suppress(
            FileNotFoundError
        ):  # on a shared volume another process may be faster; the next round does the rest
            for visit in _beyond(account, before=before, share=bytes_per_account):
                shutil.rmtree(visit, ignore_errors=True)
                gone += 1
    return gone


def _beyond(account: Path, *, before: datetime, share: int) -> Iterator[Path]:
    newest_first = sorted(
        ((visit.stat().st_mtime, visit) for visit in account.glob("*") if visit.is_dir()), reverse=True
    )
    held = 0
    for rank, (ended, visit) in enumerate(newest_first):
        held += sum(file.stat().st_size for file in visit.rglob("*") if file.is_file())
        if ended < before.timestamp() or (held > share and rank):
            yield visit
