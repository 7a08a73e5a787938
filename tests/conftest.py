"""Fixtures every room's tests share, and the guard that keeps pytest-playwright's synchronous fixtures out."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from flows.browser.launch import BrowserOptions
from tests.support.order import mixed
from tests.support.processes.byte_code import forget_byte_code_of, make_byte_code
from tests.support.scratch import keep_scratch_in_memory
from tests.support.sites.kept_browsers import KEPT

SAMPLE_SEED = int(os.environ.get("SC_TEST_SEED", "1"))
VISITS = "agent.visits.shared.browser_pool"
SYNCHRONOUS = {"page", "context", "browser", "playwright", "browser_context_args", "new_context"}


def pytest_configure() -> None:
    """A run in the background ignores Ctrl-C, and so would the commands it starts to be interrupted."""
    keep_scratch_in_memory(os.environ)
    expect.set_options(timeout=60_000)  # what takes a second takes many on a machine that is busy
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The plugin's `page` keeps an event loop running, after which every async test fails; its options are what we
    use.
    """
    for item in items:
        if wrong := SYNCHRONOUS & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(
                f"{item.nodeid} asks for pytest-playwright's synchronous {sorted(wrong)}; use `chromium` of "
                "tests/conftest.py"
            )
    _sample(config, items)
    items[:] = mixed(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of collected tests stay to the end: no collection of garbage walks them, now or later.

    Nor what the tests before left in caches: collecting it all took a tenth of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 500)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Before the workers of a run begin."""
    make_byte_code(config)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees the settings it makes, not those of the machine it runs on."""
    for name in list(os.environ):
        if name.upper().startswith("SC_AGENT_") and name.upper() != "SC_AGENT_BROWSER__EXECUTABLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("SC_AGENT_OBSERVE__PICTURES", "none")  # few tests look at them, and each visit's take a second


@pytest.fixture(autouse=True, scope="session")
def no_byte_code_of_what_goes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests compile in their folders may be kept elsewhere, and pytest removes the folders alone."""
    yield
    forget_byte_code_of(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def browser_options(browser_name: str, browser_type_launch_args: dict[str, object]) -> BrowserOptions:
    """How the plugin's command line (--headed, --browser) asks for a browser, in our words."""
    if browser_name != "chromium":
        raise pytest.UsageError(f"the agent drives Chromium only, and --browser={browser_name} was given")
    return BrowserOptions(headless=bool(browser_type_launch_args.get("headless", True)), no_sandbox=os.geteuid() == 0)


@pytest_asyncio.fixture(autouse=True, loop_scope="session", scope="session")
async def kept_browsers() -> AsyncIterator[None]:
    """What tests on the session's loop borrow stays until the end."""
    KEPT.begin()
    with pytest.MonkeyPatch.context() as patch:
        if VISITS in sys.modules:  # loading all of it takes longer than a test of something else
            import_module("tests.support.sites.borrowing").borrow(patch)
        yield
    await KEPT.end()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium(browser_options: BrowserOptions) -> AsyncIterator[Browser]:
    """A browser as the agent opens it, with no resolver rules.

    One for a process, whose tests share its loop.
    """
    async with KEPT.lend(browser_options) as browser:
        yield browser


# --- Samples: a big matrix is run in part each time, wholly in make soak (decision: a seeded sample, printed as how
# many of how many). ---

_kept: dict[str, tuple[int, int]] = {}


def _sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of each test marked `sampled(n)`, keep n cases chosen by the seed.

    `-m soak` and SC_TEST_ALL=1 keep all.
    """
    if os.environ.get("SC_TEST_ALL") == "1":
        return
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            cases.setdefault(_matrix_of(item), []).append(item)
    dropped: set[pytest.Item] = set()
    for name, found in cases.items():
        marker = found[0].get_closest_marker("sampled")
        assert marker is not None
        wanted = int(marker.args[0])
        order = sorted(found, key=lambda item: hashlib.sha256(f"{SAMPLE_SEED}:{item.nodeid}".encode()).digest())
        dropped |= set(order[wanted:])
        _kept[name] = (min(wanted, len(found)), len(found))
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=list(dropped))


def _matrix_of(item: pytest.Item) -> str:
    """What a marked test is a case of: its function, or what `of` says, of which the tests of one file are cases."""
    marker = item.get_closest_marker("sampled")
    file, _, name = item.nodeid.partition("::")
    of = marker.kwargs.get("of") if marker is not None else None
    return f"{file}::{of or name.partition('[')[0]}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A parallel worker tells the one that prints.

    In CI a skipped test is a failed run (decision 16).
    """
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["sampled"] = {name: list(part) for name, part in _kept.items()}
    if _skipped_in_ci(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skipped_in_ci(config: pytest.Config) -> list[Any]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter and os.environ.get("CI") else []
    return [report for report in skipped if "optional" not in report.keywords]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect what a worker tells."""
    told = getattr(node, "workeroutput", {}).get("sampled", {})
    _kept.update({name: (kept, whole) for name, (kept, whole) in told.items()})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which part of each big matrix was run, and why a run with skips is not a good one in CI."""
    if skipped := _skipped_in_ci(config):
        terminalreporter.write_line(
            f"{len(skipped)} skipped: in CI every test has to run, so this run has failed", red=True
        )
    for name, (kept, whole) in sorted(_kept.items()):
        terminalreporter.write_line(f"sample (seed {SAMPLE_SEED}): {kept} of {whole} cases of {name}")
