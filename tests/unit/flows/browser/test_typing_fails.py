"""A field that does not take a secret: the error is told, the secret is not."""

from __future__ import annotations

import traceback
from typing import Any, cast

import pytest
from playwright.async_api import Error, TimeoutError
from pydantic import SecretStr

from flows.browser.guard import Guard, HostPolicy

PASSWORD = "correct-horse-battery-staple"


class Disabled:
    """A field that stays disabled, in Playwright's words (1.5x)."""

    def __init__(self, kind: type[Error]) -> None:
        self._kind = kind

    async def evaluate(self, script: str) -> dict[str, Any] | None:
        if "href" not in script:
            return None  # nothing lies over it
        return {"href": "https://sellercentral.amazon.com/ap/signin", "target": "", "connected": True}

    async def fill(self, value: str) -> None:
        raise self._kind(
            f'ElementHandle.fill: Timeout 15000ms exceeded.\nCall log:\n    - fill("{value}")\n    - element '
            "is not enabled"
        )


@pytest.mark.parametrize("kind", [TimeoutError, Error])
async def test_the_error_and_all_that_stands_behind_it_hold_no_secret(kind: type[Error]) -> None:
    guard = Guard(policy=HostPolicy(), rehearsal=False)
    with pytest.raises(kind, match="Timeout 15000ms") as caught:
        await guard.type_secret(cast("Any", Disabled(kind)), SecretStr(PASSWORD))
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
