"""What the doctor sees of the machine: browser, mailboxes, files, disk, ports."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from agent.cli.operation.doctor.health import Health
from agent.cli.output import now
from agent.errors import ConfigurationError
from agent.settings.groups.mailbox import MailboxSettings
from agent.settings.model import Settings

LOW_DISK_BYTES = 500_000_000


_TRIED_HOST = "sellercentral.amazon.com"  # asked for through a proxy


_MAIL_HINTS = {  # by how the connection stands
    "auth_failed": "; correct SC_AGENT_IMAP__USERNAME and __PASSWORD",
    "down": "; check SC_AGENT_IMAP__HOST, __PORT and __TLS, and that the server answers",
    "certificate": "; the server's certificate is not trusted: name its authority in SC_AGENT_IMAP__CA_FILE",
    "folder_missing": "; correct SC_AGENT_IMAP__FOLDERS",
}


def see_browser(settings: Settings) -> tuple[Health, str]:
    from agent.visits.shared.browser_pool import browser_options
    from flows import environment_proxies, open_browser, proxy_problem, require_browser

    options = browser_options(settings)
    require_browser(options)

    async def look() -> tuple[str, str | None]:
        async with open_browser(options) as browser:
            problem = await proxy_problem(options.proxy, host=_TRIED_HOST) if options.proxy else None
            return browser.version, problem

    version, problem = asyncio.run(look())
    if problem:
        return Health.FAIL, f"{problem}; correct SC_AGENT_BROWSER__PROXY"
    kind = "rehearsal: every host name leads to this machine" if settings.browser.host_resolver_rules else "production"
    through = f", through {options.proxy.server}" if options.proxy else ""
    found = f"Chromium {version} starts ({kind}{through})"
    if (names := environment_proxies()) and not options.proxy and not settings.is_rehearsal:
        return (
            Health.WARN,
            f"{found}; {', '.join(names)} in the environment is not taken: set SC_AGENT_BROWSER__PROXY if it is needed",
        )
    return Health.OK, found


def see_mailboxes(settings: Settings) -> tuple[Health, str]:
    from agent.mail.context import mailboxes_of

    boxes = mailboxes_of(settings)
    if not boxes:
        return Health.FAIL, "no mailbox is set; expected SC_AGENT_IMAP__HOST, __USERNAME and __PASSWORD"
    found = [_mailbox(box, settings) for box in boxes]
    return (Health.OK if all(fine for fine, _ in found) else Health.FAIL), "; ".join(detail for _, detail in found)


def _mailbox(box: MailboxSettings, settings: Settings) -> tuple[bool, str]:
    """Whether a mailbox can be signed in to and opened, and how it was found."""
    from agent.mail.context import name_of
    from agent.mail.imap.connection.auth import MailboxLogin
    from agent.mail.imap.connection.connecting import connect
    from agent.mail.imap.failures import classify

    try:
        client = connect(box, settings.mail)
        try:
            credentials = MailboxLogin(box, now=now)
            if not client.signed_in:
                credentials.sign_in(client)
            found = client.examine(box.folders[0])
            idle = client.has_capability("IDLE")
        finally:
            client.drop()
    except Exception as err:  # noqa: BLE001 - every way a server can fail is one line here
        failure = classify(err)
        return False, f"{name_of(box)}:{box.port} {failure.link}: {failure.text}{_MAIL_HINTS.get(failure.link, '')}"
    notes = ("" if found.uidvalidity else ", without UIDVALIDITY") + ("" if idle else ", without IDLE: polled")
    return True, f"{name_of(box)} {box.folders[0]} opens{notes}"


def see_files(settings: Settings) -> tuple[Health, str]:
    """Who can read and write what says what we do.

    What others can write ended the command before.
    """
    from agent.settings.files import readable_secrets, require_believed

    require_believed(settings.data_dir, what="the data directory")
    require_believed(settings.evidence_root, what="the directory of the evidence")
    told = []
    if shown := readable_secrets(settings):
        told.append(f"others can read {', '.join(map(str, shown))}, which hold secrets: chmod go-r")
    told += [
        f"others can look into {place}: chmod go-rx"
        for place in (settings.data_dir, settings.evidence_root)
        if place.is_dir() and place.stat().st_mode & 0o044
    ]
    if Path(".env").exists() and Path(".env").absolute() != settings.data_dir.absolute() / ".env":
        told.append(".env of this directory is not read: SC_AGENT_ENV_FILE names the file that is")
    return (
        (Health.WARN, "; ".join(told))
        if told
        else (Health.OK, "no other user can write the files that the agent believes")
    )


def see_disk(settings: Settings) -> tuple[Health, str]:
    try:
        where = settings.data_dir.absolute()
        free = shutil.disk_usage(next(place for place in (where, *where.parents) if place.exists())).free
    except OSError as err:
        raise ConfigurationError(
            f"the data directory {settings.data_dir} cannot be looked at ({err.strerror})"
        ) from err
    text = f"{free / 1e9:.1f} GB free for {settings.data_dir}"
    return (
        (Health.OK, text)
        if free > LOW_DISK_BYTES
        else (Health.FAIL, f"{text}; make room, evidence and database need 0.5 GB")
    )


def see_daemon(settings: Settings) -> tuple[Health, str]:
    """What `run` refuses before it opens anything, and the addresses it has to get."""
    from agent.worker.daemon import ROLES, require_sense

    require_sense(settings, ROLES)
    taken = [name for name, address in _addresses(settings) if not _is_free(address)]
    if taken:
        return Health.WARN, f"in use: {'; '.join(taken)}; right if a daemon is at work here, else set another address"
    return Health.OK, f"can start with {', '.join(ROLES)}; its addresses are free"


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    yield f"WEB__ADDRESS {settings.web.address}", settings.web.address
    if settings.observe.http_address is not None:
        yield f"OBSERVE__HTTP_ADDRESS {settings.observe.http_address}", settings.observe.http_address


def _is_free(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError:
            return False
    return True
