"""The whole path with a real Dovecot as the mailbox.

From delivery by LMTP to `complete`, and a forgery that is never opened.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agent.rehearsal.demo.command import open_client
from agent.rehearsal.demo.processes import environment
from agent.rehearsal.demo.stories import all_stories, tell_all
from agent.rehearsal.demo.view import StoryView
from agent.terminal import PrintableConsole
from fixtures.stand_in.six_accounts import six_accounts
from tests.support.mail.dovecot_stand_in import DovecotStandIn
from tests.support.processes.demo_run import PATIENCE
from tests.support.processes.forked.demo import ForkedDemoProcesses
from tests.support.servers.certificates import ServerCertificate, issue
from tests.support.servers.imap.dovecot import Dovecot, needs_dovecot

pytestmark = [*needs_dovecot, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return issue(tmp_path_factory.mktemp("certificates"))


@pytest.mark.soak
async def test_a_mail_handed_to_dovecot_becomes_complete_and_a_forged_one_is_held(
    tmp_path: Path, certificate: ServerCertificate
) -> None:
    with Dovecot(tls=certificate) as dovecot:
        async with DovecotStandIn(dovecot, six_accounts(6)) as stand_in:
            told = stand_in.description()
            env = environment(told, tmp_path, {"IMAP__CA_FILE": str(certificate.ca_file)})
            processes = ForkedDemoProcesses(description=told, data_dir=tmp_path, env=env, log=tmp_path / "daemon.log")
            client = await open_client(processes, StoryView(PrintableConsole(io.StringIO())))
            client.wait_within = PATIENCE
            stories = [story for story in all_stories() if story.account in ("A1", "A4")]
            try:
                await tell_all(client, stories)
                assert [story.broken for story in stories] == [None, None]
                assert [client.status(story.account)["authorization"] for story in stories] == [
                    story.ends for story in stories
                ]
                assert list((await client.log())["acceptances"].values()) == [1]
                assert await processes.stop_daemon() == 0
            finally:
                await processes.kill_daemon()
                await client.close()
        assert "TLS" in dovecot.log
