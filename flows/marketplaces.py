"""The marketplaces of Seller Central and their hosts, as data.

Facts: sign-in, 2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketplace:
    """One Amazon marketplace and the Seller Central host that serves it."""

    code: str  # US, UK, DE ...
    marketplace_id: str  # ATVPDKIKX0DER ...
    country: str  # the English label the account picker shows
    host: str  # sellercentral.amazon.com ...
    region: str  # NA, EU, FE


_ROWS = (
    # code, marketplace id, country as the picker writes it in English, host, region
    ("US", "ATVPDKIKX0DER", "United States", "sellercentral.amazon.com", "NA"),
    ("CA", "A2EUQ1WTGCTBG2", "Canada", "sellercentral.amazon.ca", "NA"),
    ("MX", "A1AM78C64UM0Y8", "Mexico", "sellercentral.amazon.com.mx", "NA"),
    ("BR", "A2Q3Y263D00KWC", "Brazil", "sellercentral.amazon.com.br", "NA"),
    ("UK", "A1F83G8C2ARO7P", "United Kingdom", "sellercentral-europe.amazon.com", "EU"),
    ("DE", "A1PA6795UKMFR9", "Germany", "sellercentral-europe.amazon.com", "EU"),
    ("FR", "A13V1IB3VIYZZH", "France", "sellercentral-europe.amazon.com", "EU"),
    ("IT", "APJ6JRA9NG5V4", "Italy", "sellercentral-europe.amazon.com", "EU"),
    ("ES", "A1RKKUPIHCS9HS", "Spain", "sellercentral-europe.amazon.com", "EU"),
    ("NL", "A1805IZSGTT6HS", "Netherlands", "sellercentral.amazon.nl", "EU"),
    ("SE", "A2NODRKZP88ZB9", "Sweden", "sellercentral.amazon.se", "EU"),
    ("PL", "A1C3SOZRARQ6R3", "Poland", "sellercentral.amazon.pl", "EU"),
    ("BE", "AMEN7PMS3EDWL", "Belgium", "sellercentral.amazon.com.be", "EU"),
    ("TR", "A33AVAJ2PDY3EV", "Turkey", "sellercentral.amazon.com.tr", "EU"),
    ("AE", "A2VIGQ35RCS4UG", "United Arab Emirates", "sellercentral.amazon.ae", "EU"),
    ("SA", "A17E79C6D8DWNP", "Saudi Arabia", "sellercentral.amazon.sa", "EU"),
    ("EG", "ARBP9OOSHTCHU", "Egypt", "sellercentral.amazon.eg", "EU"),
    ("IN", "A21TJRUUN4KGV", "India", "sellercentral.amazon.in", "EU"),
    ("ZA", "AE08WJ6YKNBMC", "South Africa", "sellercentral.amazon.co.za", "EU"),
    ("IE", "A28R8C7NBKEWEA", "Ireland", "sellercentral.amazon.ie", "EU"),
    ("JP", "A1VC38T7YXB528", "Japan", "sellercentral.amazon.co.jp", "FE"),
    ("AU", "A39IBJ37TRP1C6", "Australia", "sellercentral.amazon.com.au", "FE"),
    ("SG", "A19VAU5U5O7RUS", "Singapore", "sellercentral.amazon.sg", "FE"),
)

MARKETPLACES = {
    code: Marketplace(code=code, marketplace_id=marketplace_id, country=country, host=host, region=region)
    for code, marketplace_id, country, host, region in _ROWS
}

# Country hosts that are live beside the regional one.
_OTHER_HOSTS = {
    "sellercentral.amazon.co.uk": "EU",
    "sellercentral.amazon.de": "EU",
    "sellercentral.amazon.fr": "EU",
    "sellercentral.amazon.it": "EU",
    "sellercentral.amazon.es": "EU",
    "sellercentral-japan.amazon.com": "FE",
}

# Every Seller Central host, exact, with its region.
HOST_REGIONS = {each.host: each.region for each in MARKETPLACES.values()} | _OTHER_HOSTS
SELLER_CENTRAL_HOSTS = frozenset(HOST_REGIONS)

MARKETPLACE_IDS = frozenset(
    each.marketplace_id for each in MARKETPLACES.values()
)  # public, and written like merchant ids
# The form of every id, of merchants, global accounts and marketplaces alike: as a link, a person, the API or the
# account
# switcher gives it. An id that is looked for in running text is narrower, so that it is no ordinary word.
GIVEN_ID = r"A[A-Z0-9]{8,20}"
MERCHANT_ID = re.compile(r"(?<![A-Za-z0-9])A(?=[A-Z]*[0-9])[A-Z0-9]{12,13}(?![A-Za-z0-9])")

# The shop sites of the same countries; a sign-in may pass through them.
RETAIL_HOSTS = frozenset(
    "www" + host.removeprefix("sellercentral") for host in SELLER_CENTRAL_HOSTS if host.startswith("sellercentral.")
)

_ALIASES = {"GB": "UK"}


def marketplace(code: str) -> Marketplace:
    """Find a marketplace by its country code; GB means UK.

    Raises:
        KeyError: the code is not in the table.
    """
    wanted = code.strip().upper()
    return MARKETPLACES[_ALIASES.get(wanted, wanted)]
