"""Pages and answers written from the facts alone, another hand's than the stand-in's."""

from __future__ import annotations

import json
from typing import Any

US, CA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"


def dashboard(*rows: str, rating: str = "") -> str:
    """A dashboard with these rows among what else a page has."""
    noise = '<div class="a-section"><span class="a-size-large">98.7%</span><span class="a-size-small">1 of 2 orders</span></div>'
    hidden = '<div style="display:none" class="ahr-status-badge-critical"></div>'
    return f"<!doctype html><html><head><title>Account Health</title></head><body><div id='ahd-page'>{noise}{hidden}{rating}{''.join(rows)}</div></body></html>"


def shipping_row(ident: str, value: str | None, counts: str = "", *, nested: bool = False) -> str:
    """One row: its label in the first column, its value in the second, the target in a third."""
    inner = (
        f'<div class="a-section a-spacing-none"><span class="a-size-large a-text-bold">{value}</span></div><span class="a-size-small a-color-secondary">{counts}</span>'
        if value is not None
        else '<span class="a-size-base">N/A</span>'
    )
    inner = f'<div class="a-section">{inner}</div>' if nested else inner
    return (
        f'<div class="a-row" id="{ident}"><div class="a-column a-span4"><a class="a-link-normal">Late Shipment Rate</a></div>'
        f'<div class="a-column a-span4 a-ws-span-last">{inner}</div>'
        '<div class="a-column a-span4 a-span-last"><span class="a-size-base">Target: under 4%</span></div></div>'
    )


def defect_block(value: str, counts: str, parts: tuple[str, str, str] = ("1", "0", "0")) -> str:
    """The order defects: a summary row, then the parts."""
    cells = "".join(
        f'<div class="a-row sp-summary-row"><div class="a-column">part</div><div class="a-column sp-middle-col">{part}</div></div>'
        for part in parts
    )
    return (
        '<section id="customer-satisfaction-content-rows-section"><div class="a-row sp-summary-row">'
        '<div class="a-column">Order Defect Rate</div><div class="a-column">'
        f'<h4 class="a-size-large">{value}</h4><p class="a-size-small">{counts}</p></div>'
        f'<div class="a-column"><h4 class="a-size-large">77.7%</h4></div></div><div id="odr-breakdown-section">{cells}</div></section>'
    )


def rating_block(number: str, badge: str) -> str:
    return (
        f'<div class="ahd-numeric-ahr-indicator"><div class="a-ws-row"><div class="a-ws-span-last"><h3>{number}</h3></div></div></div>'
        f'<div class="ahr-status-badge-{badge}"><span>Gesund</span></div>'
    )


def summary(**metrics: Any) -> dict[str, Any]:
    """An answer with these metrics of the United States, beside Canada's."""
    other = {name: {"rate": 0.5, "defectsCount": 99, "status": "BAD"} for name in metrics}
    return {
        "requestId": "r-1",
        "data": {
            "performanceMetrics": [{"marketplaceId": CA, **other}, {"marketplaceId": US, **metrics}],
            "accountStatuses": [
                {"marketplaceId": CA, "status": "DEACTIVATED"},
                {"marketplaceId": US, "status": "SUSPENDED"},
            ],
        },
    }


def home(*, values: list[str] | None, shown: str | None = None, older: bool = False) -> str:
    """A home page whose Featured Offer tile has these values for the United States; None: no tile."""
    name = "KPITOOLBAR_CHANNEL_PROPS" if older else "KPITOOLBAR_CHANNEL_RESPONSE"
    cards: list[dict[str, Any]] = [
        {"cardType": "KPI_CARD_PAYMENTS", "cardPayload": {"content": [{"regionalData": "{}"}]}}
    ]
    if values is not None:
        regions = {
            "NA": {
                "values": ["1", "11%", "12%"],
                "marketplaces": [{"id": CA, "values": ["2", "21%", "22%"]}, {"id": US, "values": values}],
            },
            "EU": {"values": ["1", "31%", "32%"], "marketplaces": []},
        }
        cards.append(
            {"cardType": "KPI_CARD_BUYBOX", "cardPayload": {"content": [{"regionalData": json.dumps(regions)}]}}
        )
    tile = (
        ""
        if shown is None
        else f"<script>customElements.define('casino-plain-text',class extends HTMLElement{{connectedCallback(){{this.attachShadow({{mode:'open'}}).innerHTML='<div class=x><div>{shown}</div></div>'}}}})</script>"
    )
    body = (
        '<div id="KpiCardList"><div id="KPI_CARD_BUYBOX"><casino-plain-text></casino-plain-text></div></div>'
        if shown is not None
        else ""
    )
    return f'<!doctype html><html><body>{body}<div hidden id="{name}">{json.dumps({"cards": cards})}</div>{tile}</body></html>'
