"""`sc-agent doctor`: whether the agent has all that it needs, one line each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.text import Text

from agent.cli import context
from agent.cli.operation.doctor.health import Check, Health
from agent.cli.operation.doctor.machine import see_browser, see_daemon, see_disk, see_files, see_mailboxes
from agent.cli.output import console, now, print_document
from agent.errors import AgentError, ConfigurationError, Exit
from agent.settings.model import Settings


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
        ("browser", see_browser),
        ("mailbox", see_mailboxes),
        ("clock skew", _clock),
        ("database", _database),
        ("merchants", _merchants),
        ("vault key", _vault),
        ("files", see_files),
        ("catalogue", _catalogue),
        ("disk", see_disk),
        ("daemon", see_daemon),
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
    told = f"{len(found) - unbound} accounts belong to a merchant, {unbound} wait until their merchant is named"
    anybody = "; ACCEPT_ANY_MERCHANT gives an account without a merchant to the first seller that invites"
    let_in = [account.id for account in found if account.merchant_source is MerchantSource.INVITATION]
    if let_in:
        told += (
            f"; known from the first invitation alone: {', '.join(let_in)}; confirm each by "
            "'sc-agent accounts api-authorization ID complete --merchant-id ID'"
        )
    is_odd = bool(let_in) or settings.accept_any_merchant
    return (Health.WARN if is_odd else Health.OK), told + (anybody if settings.accept_any_merchant else "")


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
    from agent.cli.operation.doctor.stores import list_refs

    try:
        return bool(list_refs(settings))
    except AgentError:
        return False  # said by the check of the database


def _stores(settings: Settings) -> tuple[Health, str]:
    from agent.cli.operation.doctor.stores import look_at_stores

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
