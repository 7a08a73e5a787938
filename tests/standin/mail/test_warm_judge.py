"""The judging processes run before the first mail comes: no mail waits for one to start."""

from __future__ import annotations

from pathlib import Path

from tests.support.sites.mail_world import mail_world, wait_arrivals, wait_for


def test_mails_are_judged_by_processes_that_ran_before_they_came(tmp_path: Path) -> None:
    with mail_world(tmp_path) as world, world.running() as service:
        for number in range(3):
            world.account(f"A{number}")
        started = wait_for(
            lambda: pids if len(pids := service._judge.pids) == world.settings.mail.judge_processes else None,
            what="every judging process",
        )
        assert world.inbox is not None
        for number in range(3):
            world.inbox.deliver_now(world.mail_to(f"A{number}"))
        wait_arrivals(world, 3)
        assert service._judge.pids == started
