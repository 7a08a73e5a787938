"""A run on several processes that takes a few files in parts, so that none of them is the last for long."""

from __future__ import annotations

from zlib import crc32

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Files whose cases know nothing of each other and take more than a tenth of `make soak`.
IN_PARTS = ("tests/replay/grids/test_drawn_lies.py", "tests/second_site/test_permission_pages.py")
PARTS = 40


class InParts(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file for one process, but for those that are played in parts."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return f"{file} {crc32(nodeid.encode()) % PARTS}" if file in IN_PARTS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InParts | None:
    """Take the place of `--dist loadfile`."""
    return InParts(config, log) if config.getoption("dist") == "loadfile" else None
