"""The daemon is killed at any line of the walk that makes a login: one login, one seed, no lock-out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes.ordered_login import EMAIL, order_played

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("seed", range(100))
async def test_killed_anywhere_one_login_is_made_and_signs_in(tmp_path: Path, seed: int) -> None:
    async with order_played(tmp_path, seed=seed) as order:
        await order.begin()
        await order.kill(times=1 + seed % 3)
        await order.finish()
        log = (await order.control.get("/log")).json()
        counted, secrets = log["registrations"][EMAIL], order.in_force()
        [user] = (await order.control.get("/scenario")).json()["users"]
        factors = (await order.control.get("/two-step", params={"email": EMAIL})).json()
    told = (seed, order.kills, order.orders, counted)
    assert order.kills, told
    assert counted["logins"] == 1, told
    assert counted["forms"] <= order.orders, told
    assert counted["turned_on"] == 1, told
    assert (counted["mail_codes_wrong"], counted["enrol_codes_wrong"]) == (0, 0), told
    assert secrets.password.get_secret_value() == user["password"], told
    assert factors["is_on"], told
    assert [one["secret"] for one in factors["authenticators"]] == [secrets.totp_secret.get_secret_value()], told
    assert list(log["acceptances"].values()) == [1], told
    refused = [entry["kind"] for entry in log["failed_sign_ins"] if entry["kind"] != "email.unknown"]
    assert (refused, log["dangers"]) == ([], []), told
