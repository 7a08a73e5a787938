"""`make play`: a Python prompt with a stand-in, a browser and an open visit.

`await` works at the prompt.

Names at the prompt: `world` (the stand-in), `browser`, `visit`, `page`, `scenario`, `user`, and the flows that the
front door exports. With `--headed` the browser shows its window.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import code
import inspect
from collections.abc import Coroutine
from types import CodeType, FunctionType
from typing import Any

from fixtures.stand_in.six_accounts import six_accounts
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions, open_browser
from flows.visit.open_visit import open_visit

BANNER = """A stand-in, a browser and an open visit; `await` works here. Try:
  await page.goto("https://sellercentral.amazon.com/home")
  from flows.catalogue.recognise import recognise
  world.realm.journal, user.email, user.password
Ctrl-D ends it."""


class Prompt(code.InteractiveConsole):
    """An interactive console whose input may await.

    It runs in a thread, awaited code on the loop.
    """

    def __init__(self, names: dict[str, Any], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop = loop

    def runcode(self, code: CodeType) -> None:
        """Run one input; what it awaits runs on the loop of the browser."""
        try:
            found = FunctionType(code, self.locals)()
            if inspect.iscoroutine(found):
                asyncio.run_coroutine_threadsafe(_as_coroutine(found), self._loop).result()
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 - a prompt shows whatever happened
            self.showtraceback()


async def _as_coroutine(found: Coroutine[Any, Any, Any]) -> Any:
    return await found


async def main(*, headed: bool) -> None:
    """Open everything, hand it to the prompt, and close it when the prompt ends."""
    scenario = six_accounts(1)
    async with StandIn(scenario) as world:
        told = world.description()
        options = BrowserOptions(
            host_resolver_rules=told["host_resolver_rules"], trusted_spki=tuple(told["spki"]), headless=not headed
        )
        async with open_browser(options) as browser, open_visit(browser, options=options) as visit:
            names = {"world": world, "browser": browser, "visit": visit, "page": visit.page}
            names |= {"scenario": scenario, "user": scenario.users[0], "asyncio": asyncio}
            prompt = Prompt(names, asyncio.get_running_loop())
            await asyncio.to_thread(prompt.interact, BANNER, "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headed", action="store_true", help="show the browser's window")
    asyncio.run(main(headed=parser.parse_args().headed))
