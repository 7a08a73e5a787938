"""The options of `replay` reach the browser and leave what they promise."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.cli.app import app
from agent.rehearsal.replay import run as replay_run
from agent.rehearsal.replay.run import Replayed, ReplayOptions
from flows.browser import launch as flows_browser
from tests.support.processes.command import Agent

SHIPPED = Path(__file__).parents[3] / "fixtures/recordings"
SHORT = SHIPPED / "sign_in/no_such_login"


@pytest.mark.slow
@pytest.mark.sampled(1, of="options of a replay in a browser")
def test_a_trace_of_each_replay_is_written_and_opens(tmp_path: Path) -> None:
    ended = Agent(tmp_path)("replay", str(SHORT), "--trace", str(tmp_path / "traces"))
    assert (ended.code, ended.err) == (0, "")
    (trace,) = (tmp_path / "traces").iterdir()
    assert trace.name == "sign_in-no_such_login.zip"
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600
    with zipfile.ZipFile(trace) as opened:
        lines = opened.read("trace.trace").decode().splitlines()
    assert any(
        json.loads(line).get("params", {}).get("url", "").startswith("https://sellercentral.amazon.com")
        for line in lines
    )


@pytest.mark.slow
@pytest.mark.sampled(1, of="options of a replay in a browser")
def test_a_step_may_be_told_by_number_and_one_that_never_comes_is_a_finding(tmp_path: Path) -> None:
    run = Agent(tmp_path)
    ended = run("replay", str(SHORT), "--until", "2")
    assert ended.code == 0
    assert "stopped at step 2, no_such_login" in ended.out
    missed = run("replay", str(SHORT), "--until", "captcha_image")
    assert missed.code == 1
    assert "step captcha_image was not reached; the steps were email, no_such_login" in missed.out


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the browser would have been started with, were there a screen."""
    told: dict[str, Any] = {}

    async def replay_all(paths: list[Path], options: ReplayOptions) -> list[Replayed]:
        told["options"] = options
        return []

    monkeypatch.setattr(replay_run, "replay_all", replay_all)
    return told


def test_headed_and_slow_reach_the_browser_one_recording_at_a_time(launched: dict[str, Any]) -> None:
    ended = CliRunner().invoke(app, ["replay", str(SHORT), "--headed", "--slow", "--until", "email", "--jobs", "3"])
    assert ended.exit_code == 0
    options = launched["options"]
    assert (options.browser.headless, options.browser.slow_ms, options.jobs, options.hold) == (False, 500, 1, True)


async def test_the_browser_is_started_as_the_options_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: dict[str, Any] = {}

    class Chromium:
        async def launch(self, **how: Any) -> Chromium:
            started.update(how)
            return self

    class Driver:
        chromium = Chromium()

    monkeypatch.setenv("DISPLAY", ":0")
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    options = flows_browser.BrowserOptions(
        executable=program, headless=False, slow_ms=500, host_resolver_rules="MAP * 127.0.0.1:1"
    )
    await flows_browser._launch(Driver(), options)  # type: ignore[arg-type]  # a driver that only remembers
    assert (started["headless"], started["slow_mo"], started["executable_path"]) == (False, 500, program)
