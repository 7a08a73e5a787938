"""`sc-agent doctor`: is everything there that the agent needs, one line each."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent.cli import context
from agent.cli.output import console, now, print_document
from agent.errors import AgentError, ConfigurationError, Exit
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


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"  # works, but should be looked at
    FAIL = "fail"  # the agent cannot work like this


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor's."""

    name: str
    health: Health
    detail: str


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check browser, mailbox, clock skew, database, vault key, catalogue and disk.

    Exit 4 if the agent cannot work like this.
    """
    checks = examine(context.settings())
    if as_json:
        found = list(checks)
        print_document({"schema": 1, "checks": [asdict(check) for check in found]})
        is_well = all(check.health is not Health.FAIL for check in found)
    else:
        is_well = tell(checks)
    if not is_well:
        raise typer.Exit(int(Exit.ENVIRONMENT))


def tell(checks: Iterable[Check]) -> bool:
    """Print one line a check, as each ends; whether none of them fails."""
    colours = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "red"}
    is_well = True
    for check in checks:
        line = Text.assemble((f"{check.health:5}", colours[check.health]), f"{check.name:12}{check.detail}")
        console().print(line, soft_wrap=True)  # one line each, however narrow
        is_well &= check.health is not Health.FAIL
    return is_well


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything, one check after the other."""
    for name, look in (
        ("browser", _browser),
        ("mailbox", _mailboxes),
        ("clock skew", _clock),
        ("database", _database),
        ("merchants", _merchants),
        ("vault key", _vault),
        ("files", _files),
        ("catalogue", _catalogue),
        ("disk", _disk),
        ("daemon", _daemon),
        ("alarms", _alarms),
        *([("stores", _stores)] if _is_kept_elsewhere(settings) else []),
        *([("policy", _policy)] if settings.audit.policy_file else []),  # the built-in one needs no look
    ):
        yield _looked_at(name, look, settings)


def _looked_at(name: str, look: Callable[[Settings], tuple[Health, str]], settings: Settings) -> Check:
    from flows import FlowError

    try:
        health, detail = look(settings)
    except (AgentError, FlowError) as err:
        health, detail = Health.FAIL, str(err)
    return Check(name=name, health=health, detail=detail)


def _browser(settings: Settings) -> tuple[Health, str]:
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


def _mailboxes(settings: Settings) -> tuple[Health, str]:
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


def _clock(settings: Settings) -> tuple[Health, str]:
    from agent.store.database.engine import reading
    from agent.store.processes import switches

    unmeasured = "not measured yet; the first visit compares this machine's clock with the site's Date header"
    if context.is_new(settings):
        return Health.WARN, unmeasured
    with reading(context.database(settings, reads=True)) as conn:
        known = switches.clock_skew(conn)
    if known is None:
        return Health.WARN, unmeasured
    skew, seen_at = known
    size, when = (
        abs(skew.total_seconds()),
        f"{skew.total_seconds():+.1f} s against the site, seen {_age(now() - seen_at)} ago",
    )
    if size > settings.sign_in.skew_stop:
        return (
            Health.FAIL,
            f"{when}; above {settings.sign_in.skew_stop:.0f} s no code is typed: set this machine's clock",
        )
    return (
        (Health.WARN, f"{when}; set this machine's clock") if size > settings.sign_in.skew_warn else (Health.OK, when)
    )


def _database(settings: Settings) -> tuple[Health, str]:
    from agent.store import accounts
    from agent.store.database.engine import reading, shown_url

    context.require_place(settings)
    if context.is_new(settings):
        where = settings.data_dir.absolute()
        base = next(place for place in (where, *where.parents) if place.exists())
        if not os.access(base, os.W_OK | os.X_OK):
            raise ConfigurationError(f"the data directory {where} cannot be made in {base}; set SC_AGENT_DATA_DIR")
        return Health.OK, f"none yet in {where}; 'sc-agent accounts add' or 'sc-agent run' makes it"
    engine = context.database(settings, reads=True)
    with reading(engine) as conn:
        count = len(accounts.list_all(conn))
    return Health.OK, f"{shown_url(engine.url)} is up to date, {count} accounts"


def _merchants(settings: Settings) -> tuple[Health, str]:
    from agent.domain.account import MerchantSource
    from agent.store import accounts
    from agent.store.database.engine import reading

    if context.is_new(settings):
        return Health.OK, "no account is registered yet"
    with reading(context.database(settings, reads=True)) as conn:
        found = accounts.list_all(conn)
    unbound = sum(not account.is_bound for account in found)
    told = f"{len(found) - unbound} accounts belong to a merchant, {unbound} wait for somebody to say to which"
    anybody = "; ACCEPT_ANY_MERCHANT gives an account without a merchant to whoever invites first"
    let_in = [account.id for account in found if account.merchant_source is MerchantSource.INVITATION]
    if let_in:
        told += (
            f"; taken from the first invitation, nobody else said so: {', '.join(let_in)}; confirm each by "
            "'sc-agent accounts api-authorization ID complete --merchant-id ID'"
        )
    is_odd = bool(let_in) or settings.accept_any_merchant
    return (Health.WARN if is_odd else Health.OK), told + (anybody if settings.accept_any_merchant else "")


def _files(settings: Settings) -> tuple[Health, str]:
    """Who can read and write what says what we do.

    What others can write ended the command before.
    """
    from agent.settings.files import readable_secrets, require_believed

    require_believed(settings.data_dir, what="the data directory")
    told = []
    if shown := readable_secrets(settings):
        told.append(f"others can read {', '.join(map(str, shown))}, which hold secrets: chmod go-r")
    if settings.data_dir.is_dir() and settings.data_dir.stat().st_mode & 0o044:
        told.append(f"others can look into {settings.data_dir}: chmod go-rx")
    if Path(".env").exists() and Path(".env").absolute() != settings.data_dir.absolute() / ".env":
        told.append(".env of this directory is not read: SC_AGENT_ENV_FILE names the file that is")
    return (Health.WARN, "; ".join(told)) if told else (Health.OK, "nobody else can write what says what we do")


def _vault(settings: Settings) -> tuple[Health, str]:
    from agent.store import accounts
    from agent.store.database.engine import reading
    from agent.store.sign_in import secret_refs
    from agent.store.vault import sign_in_secrets

    vault = context.vault(settings)
    unused = f"key {vault.key_id}; nothing is sealed yet"
    if context.is_new(settings):
        return Health.OK, unused
    with reading(context.database(settings, reads=True)) as conn:
        found = accounts.list_all(conn)
        if not found:
            return Health.OK, unused
        count = len(found) - len(secret_refs.list_all(conn))  # what other stores keep is looked at by itself
        sealed = [account.id for account in found if sign_in_secrets.is_sealed(conn, account.id)]
        for account_id in sealed:
            sign_in_secrets.load(conn, vault, account_id)
    bare = count - len(sealed)
    told = f"key {vault.key_id} opens the secrets of {len(sealed)} accounts"
    return (Health.WARN, f"{told}; {bare} have none: 'sc-agent accounts secret'") if bare else (Health.OK, told)


def _is_kept_elsewhere(settings: Settings) -> bool:
    from agent.cli.operation.doctor_stores import list_refs

    try:
        return bool(list_refs(settings))
    except AgentError:
        return False  # said by the check of the database


def _stores(settings: Settings) -> tuple[Health, str]:
    from agent.cli.operation.doctor_stores import look_at_stores

    failed, told = look_at_stores(settings, now=now())
    return (Health.FAIL if failed else Health.OK), told


def _catalogue(settings: Settings) -> tuple[Health, str]:
    from agent.visits.shared.adopted_catalogue import overlaid
    from flows import load_catalogue

    shipped = load_catalogue()
    oldest = min(screen.last_verified for screen in shipped.screens.values())
    told = f"{len(shipped.screens)} screens, oldest check {oldest}"
    if context.is_new(settings):
        return Health.OK, told
    laid = overlaid(context.database(settings, reads=True))
    if adopted := len(laid.catalogue.adopted) + len(laid.catalogue.chrome):
        told += f"; {adopted} adopted"
    if laid.refused:
        name, why = laid.refused[0]
        return Health.WARN, f"{told}; not used: {name} ({why})"
    return Health.OK, told


def _disk(settings: Settings) -> tuple[Health, str]:
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


def _daemon(settings: Settings) -> tuple[Health, str]:
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


def _alarms(settings: Settings) -> tuple[Health, str]:
    from agent.observe.notify import apprise_sender

    urls = settings.observe.notify_urls
    apprise_sender(urls)
    if not urls:
        return Health.WARN, "nobody is told of alarms; set SC_AGENT_OBSERVE__NOTIFY_URLS, then 'sc-agent alarms test'"
    return Health.OK, f"{len(urls)} addresses are understood; 'sc-agent alarms test' sends to them"


def _policy(settings: Settings) -> tuple[Health, str]:
    from agent.domain.policy.load import load_configured_policy

    load_configured_policy(settings.audit.policy_file)
    return Health.OK, f"{settings.audit.policy_file} is a policy"


def _age(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    return f"{hours} h" if hours else f"{rest // 60} min"
