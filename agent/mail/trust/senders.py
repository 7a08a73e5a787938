"""Whose mail may be an invitation: `selectors/mail/senders.toml`."""

from __future__ import annotations

import tomllib

from flows import HOST_REGIONS, selectors_root

_TABLE = tomllib.loads((selectors_root() / "mail" / "senders.toml").read_text(encoding="utf-8"))

FROM_DOMAINS: tuple[str, ...] = tuple(_TABLE["from_domains"])

# Domains of Amazon's marketplaces that its list of sender domains does not name: a proven mail of theirs is for a
# person.
UNLISTED_DOMAINS = frozenset(
    host.removeprefix("sellercentral.") for host in HOST_REGIONS if host.startswith("sellercentral.")
) - set(FROM_DOMAINS)
