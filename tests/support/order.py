"""The order in which the files of a whole run are taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest

import pytest

# Files that take twelve seconds and more beside others, the longest first (`--durations=0` tells them).
LONG = (
    "acceptance/demo/test_from_the_wheel.py",
    "standin/insights/test_insights_command.py",
    "standin/visits/test_both_ways.py",
    "standin/takeover/test_takeover.py",
    "acceptance/commands/visits/test_audit_command.py",
    "standin/sign_in/test_second_site.py",
    "acceptance/daemon/test_many_workers.py",
    "standin/visits/test_browser_elsewhere.py",
    "standin/mail/test_other_servers.py",
    "standin/mail/test_watching.py",
    "standin/permissions/test_audit_visit.py",
    "acceptance/commands/visits/test_second_site_by_command.py",
    "replay/grids/test_scrolled_out.py",
    "acceptance/daemon/test_trouble.py",
    "standin/visits/test_fault_matrix.py",
    "standin/takeover/test_other_process.py",
    "acceptance/commands/visits/test_second_seller_central_by_command.py",
    "standin/survey/test_survey.py",
    "replay/grids/told/test_tips.py",
    "replay/grids/test_grids_drawn.py",
    "standin/visits/test_accept_invitation.py",
    "standin/sign_in/test_click_in_time.py",
    "acceptance/daemon/test_cut_off.py",
    "standin/visits/test_audit.py",
    "acceptance/commands/visits/test_adopted_chrome_by_command.py",
    "standin/learning/test_learnt_once.py",
    "standin/mail/test_hostile_server.py",
    "second_site/test_permission_pages.py",
    "standin/registration/test_ordered_login.py",
    "standin/registration/test_codes_and_people.py",
    "replay/player/test_commands.py",
    "replay/grids/looks/test_between_looks.py",
    "unit/worker/test_engine.py",
    "acceptance/api/test_story_by_api.py",
    "standin/mail/test_dovecot.py",
    "standin/mail/test_one_item.py",
    "standin/visits/test_accept.py",
    "standin/sign_in/test_answers.py",
    "acceptance/commands/registry/test_accounts_command.py",
    "replay/grids/libraries/test_keyboard_stops.py",
    "acceptance/demo/test_interrupted.py",
    "acceptance/test_deploy_as_printed.py",
    "replay/grids/libraries/test_katal_pages.py",
    "unit/visits/test_leases.py",
    "replay/grids/told/test_third_hand.py",
    "standin/visits/test_failed_visit_recorded.py",
    "replay/grids/test_drawn_lies.py",
    "standin/sign_in/secrets/test_whose_password.py",
    "replay/catalogue/test_catalogue_reading.py",
    "unit/web/console/test_console_in_browser.py",
    "standin/takeover/test_taken_page.py",
    "standin/mail_world/test_dovecot.py",
    "standin/permissions/test_short_way.py",
    "unit/outbox/test_deliverer.py",
    "standin/mail/test_commands.py",
    "standin/visits/test_browser_pool.py",
    "replay/grids/test_explained.py",
    "unit/secret_stores/test_cloud_stores.py",
    "acceptance/commands/test_backup_command.py",
)
BEFORE_THE_SHORT = 0.95  # the share of the short files that the long ones are spread over


def mixed(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Tests, file by file, in the order of `order_of`."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0].removeprefix("tests/"), []).append(item)
    return [item for file in order_of([*files]) for item in files[file]]


def order_of(files: Sequence[str]) -> list[str]:
    """Spread the long files, the longest first, over files from each room in turn.

    Tests that keep a machine busy for minutes run beside such that do not, and none that is long begins when all else
    is done.
    """
    rooms: dict[str, list[str]] = {}
    for file in files:
        if file not in LONG:
            rooms.setdefault(file.rpartition("/")[0], []).append(file)
    short = [file for turn in zip_longest(*rooms.values()) for file in turn if file is not None]
    long = [file for file in LONG if file in files]
    step = BEFORE_THE_SHORT * len(short) / len(long) if long else 0
    ends = [round(at * step) for at in range(len(long) + 1)]
    spread = [one for file, (begin, end) in zip(long, pairwise(ends), strict=True) for one in (file, *short[begin:end])]
    return spread + short[ends[-1] :]
