"""`sc-agent doctor`, the line about other stores.

Every reference is read; versions and ages are told, nothing else.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from agent.cli import context
from agent.errors import AgentError
from agent.secret_stores import parse_reference, read_secret
from agent.settings.model import Settings
from agent.store.database.engine import reading
from agent.store.sign_in import secret_refs
from agent.store.sign_in.secret_refs import SecretRef

_READ = 100  # references; with more, one in so many
_SHOWN = 3


def list_refs(settings: Settings) -> list[SecretRef]:
    """The references there are; none where there is no database yet."""
    if context.is_new(settings):
        return []
    with reading(context.database(settings, reads=True)) as conn:
        return secret_refs.list_all(conn)


def look_at_stores(settings: Settings, *, now: datetime) -> tuple[bool, str]:
    """Read the references; whether any could not be read, and what was found.

    After a store has refused or not answered, its other references are not asked.
    """
    known = list_refs(settings)
    chosen = known[:: -(-len(known) // _READ)]
    good: list[str] = []
    bad: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for each in chosen:
        store = each.ref
        try:
            reference = parse_reference(each.ref)
            store = reference.store
            if store in bad:
                continue
            good.append(_told(each, read_secret(reference, settings.secrets).version, now))
            counts[reference.scheme] += 1
        except AgentError as err:
            bad[store] = f"{each.account_id}: {err}"
    kinds = ", ".join(f"{count} {scheme}://" for scheme, count in sorted(counts.items())) or "none"
    told = f"read {kinds} of {len(known)} accounts' references"
    shown = [*bad.values(), *good][:_SHOWN]
    more = len(bad) + len(good) - len(shown)
    return bool(bad), f"{told}; {'; '.join(shown)}" + (f"; {more} more" if more else "")


def _told(known: SecretRef, version: str, now: datetime) -> str:
    if known.read_at is None:
        return f"{known.account_id} version {version}, no visit has read it yet"
    age = int((now - known.read_at).total_seconds() // 60)
    is_new = "" if known.store_version == version else f", new since version {known.store_version}"
    return f"{known.account_id} version {version}{is_new}, last visit {age} min ago"
