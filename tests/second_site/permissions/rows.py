"""The rows of the second permission pages, as the facts list them, and what can be done to a page of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

LEVELS = {"N": "None", "V": "View", "E": "View & Edit", "A": "Admin"}
MUST_BE_NONE = {("Settings", "User Permissions"), ("Settings", "Agreements/Amendments")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the letters of the levels it offers, and of those it shows as held (one, on a page that is whole)."""

    section: str
    label: str
    offered: str
    held: str
    text: str = ""
    word: str = ""  # shown in place of the held level's word


def as_ordered(label: str, offered: str, *, section: str) -> Row:
    """A row at the level that the policy asks for."""
    held = "N" if (section, label) in MUST_BE_NONE else next(level for level in "EVN" if level in offered)
    text = f"Lets the user work with {label.lower()} for this account." if len(label) % 3 else ""
    return Row(section=section, label=label, offered=offered, held=held, text=text)


def _rows(listing: str) -> tuple[Row, ...]:
    """Read lines of `Section: label = NVE; label = NE`."""
    found = []
    for line in listing.strip().splitlines():
        section, _, labels = line.partition(": ")
        for item in labels.split("; "):
            label, _, offered = item.rpartition(" = ")
            found.append(as_ordered(label, offered, section=section))
    return tuple(found)


CLASSIC = _rows("""
Inventory: Item Classification Guide = NVE; Manage FBA Inventory/Shipments = NE; Manage Inventory/Add a Product = NE; Upload Inventory = NE; Promotions = NVE; Inventory Planning = NVE
Advertising: Campaign Manager = NE; Register for Sponsored Products = NV; A+ Content Manager = NVE
Orders: Manage Orders = NVE; Manage Returns = NE; Manage Refunds = NE; Transactions = NE
Reports: Amazon Selling Coach = NV; Business Reports, Sales Summary = NE; Customer Metrics = NV; Feedback = NVE; Fulfillment Reports = NV; Operations Report (A-to-z Guarantee Claims) = NV; Payments = NE; Product Ads Invoice History = NVE; Tax Document Library = NE
Settings: Agreements/Amendments = NE; Fulfillment Settings = NE; Gift Options = NE; Manage Your Cases = NVE; Seller Configuration = NVE; Shipping Settings = NVE; Tax Settings = NE; User Permissions = NE
Store Design: Your Info & Policies = NE
Media Upload: Image Uploading = NVE
Internal/Administrative Tools: Upgrade/Downgrade = NE
""")
UNIFIED = _rows("""
Inventory: Add Products via Upload = NVE; FBA Analytics = NV; Global FBA Inventory = NVE; Image Management = NVE; Inventory Planning = NVE; Inventory performance = NVE; Item Classification Guide = NVE; Manage FBA Inventory/Shipments = NE; Manage FBA returns = NV; Manage Inventory/Add a Product = NE; Selling applications = NVE; Upload and Manage Videos = NVE
Pricing: Automated Pricing = NVE; Negotiated Pricing = NVE; Pricing = NVE; Pricing Health = NVE
Advertising: A+ Content Manager = NVE; Campaign Manager = NE; Coupons = NVE; Deals = NVE; Posts(Beta) = NVE; Prime Exclusive Discounts = NVE; Register for Sponsored Products = NV; Vine = NVE
Orders: Manage Orders = NVE; Manage Returns = NE; Manage Returns = NE; Manage Refunds = NE; Manage SAFE-T Claims = NVE; Transactions = NE
Reports: Amazon Selling Coach = NV; Brand Dashboard = NV; Business Reports, Sales Summary = NE; Customer Metrics = NV; Feedback = NVE; Fulfillment Reports = NV; Payments = NE; Tax Document Library = NE
Performance: Selling Partner Appstore = NVE
Settings: Agreements/Amendments = NE; Fulfillment Settings = NE; Gift Options = NE; Manage Your Cases = NVE; Return Settings = NVE; Shipping Settings = NVE; Tax Settings = NE; User Permissions = NE
Store Design: Storefront Names = NVE; Your Info & Policies = NE
Brand Benefits: Brand Analytics = NVE; Manage Your Experiments = NVE; Product Bundles = NVE
Growth: Subscribe and Save = NVE
Services: Manage Service Requests = NVE
""")


def with_admin(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with Admin offered wherever all three levels are."""
    return tuple(replace(row, offered="NVEA") if row.offered == "NVE" else row for row in rows)


def told_by_word(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows for a page that shows the held level alone.

    View only where the facts say that it is the most.
    """
    most = {row.label for row in CLASSIC if row.offered == "NV"}
    return tuple(
        replace(row, offered="NVE", held="E") if row.offered == "NV" and row.label not in most else row for row in rows
    )


def long_list(rows: Sequence[Row], *, count: int) -> tuple[Row, ...]:
    """The rows with as many others in the first section as make up the count."""
    more = [
        as_ordered(f"Regional programme {at:02d}", "NVE", section="Inventory") for at in range(count - len(rows), 0, -1)
    ]
    return (*rows[:12], *more, *rows[12:])


def by_section(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under their sections, in order."""
    return [(section, list(found)) for section, found in itertools.groupby(rows, key=lambda row: row.section)]


def altered(rows: Sequence[Row], which: str, *, occurrence: int = 1, **changes: str) -> tuple[Row, ...]:
    """The rows with one of them changed, by its label."""
    at = [index for index, row in enumerate(rows) if row.label == which][occurrence - 1]
    return (*rows[:at], replace(rows[at], **changes), *rows[at + 1 :])
