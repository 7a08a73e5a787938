"""Whose mail may be an invitation: `selectors/mail/senders.toml`."""

from __future__ import annotations

from agent.mail.tables import mail_table
from flows import HOST_REGIONS

FROM_DOMAINS: tuple[str, ...] = tuple(mail_table("senders", {"from_domains": [str]})["from_domains"])

# Domains of Amazon's marketplaces that its list of sender domains does not name: a proven mail of theirs is for a
# person.
UNLISTED_DOMAINS = frozenset(
    host.removeprefix("sellercentral.") for host in HOST_REGIONS if host.startswith("sellercentral.")
) - set(FROM_DOMAINS)
