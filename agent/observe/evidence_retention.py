"""Evidence that is too old to keep, or more than an account may have."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path


def forget_evidence(root: Path, *, before: datetime, bytes_per_account: int) -> int:
    """Delete the folders of visits that are too old or too many.

    Those that ended before a time, and of each account the oldest beyond its share. Returns how
    many. `root` holds a folder an account.

    Links are neither followed nor removed. An account's newest folder is kept whatever its size: its visit may still be
    running.
    """
    gone = 0
    for account in () if root.is_symlink() else root.glob("*"):
        if account.is_symlink():
            continue  # it leads to what is not ours
        with suppress(
            FileNotFoundError
        ):  # on a shared volume another process may be faster; the next round does the rest
            for visit in _beyond(account, before=before, share=bytes_per_account):
                shutil.rmtree(visit, ignore_errors=True)
                gone += 1
    return gone


def _beyond(account: Path, *, before: datetime, share: int) -> Iterator[Path]:
    newest_first = sorted(
        ((visit.stat().st_mtime, visit) for visit in account.glob("*") if visit.is_dir() and not visit.is_symlink()),
        reverse=True,
    )
    kept_bytes = 0
    for rank, (ended, visit) in enumerate(newest_first):
        kept_bytes += sum(file.lstat().st_size for file in visit.rglob("*") if file.is_file())
        if ended < before.timestamp() or (kept_bytes > share and rank):
            yield visit


def erase_evidence(root: Path, account_id: str, *, before: datetime) -> int:
    """Delete all folders of an account's visits that began before; returns how many.

    An account that was registered anew under the same id keeps what is newer.
    """
    folder = root / account_id
    if root.is_symlink() or folder.is_symlink() or not folder.is_dir():
        return 0
    old = [visit for visit in folder.iterdir() if visit.lstat().st_mtime <= before.timestamp()]
    for visit in old:
        if visit.is_symlink() or not visit.is_dir():
            visit.unlink(missing_ok=True)
        else:
            shutil.rmtree(visit, ignore_errors=True)
    with suppress(OSError):  # what is newer stays
        folder.rmdir()
    return len(old)
