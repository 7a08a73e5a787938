"""The invitation's landing page in every state the facts tell of, and what the site shows after Accept is pressed."""

from __future__ import annotations

from html import escape

from tests.second_site.seller_central.shell import app_page, document, drawn_late
from tests.second_site.seller_central.world import Invitation, Session, Variant, World

ALREADY_ACCEPTED = "This invitation has already been accepted."
MESSAGES = {
    "accepted": ALREADY_ACCEPTED,
    "already_user": "You are already a user of this Seller Central account.",
    "expired": "This invitation has expired. Please ask the account administrator to send a new invitation.",
    "withdrawn": "This invitation has been cancelled by the account administrator.",
    "unknown_wording": "We are not able to process that at the moment, reference QX-1187.",
    "somebody_else": "This invitation was sent to a different email address. Sign in with the email address the invitation was sent to.",
}


def landing_page(world: World, session: Session, invitation: Invitation) -> str:
    """What `/invitation/accept` answers a signed-in browser."""
    match invitation.state:
        case "offered":
            body = _offer(world.variant, session, invitation)
        case "welcome":
            body = _welcome(invitation)
        case "code":
            body = code_body(world.variant)
        case state:
            body = message_body(world.variant, world.variant.message or MESSAGES[state], kind="warning")
    return _framed(world, session, body)


def result_page(world: World, session: Session, body: str) -> str:
    """A page on the invitation's own address after Accept."""
    return _framed(world, session, body)


def approval_body(variant: Variant) -> str:
    """The signed-in address is not the invited one, or the seller wants to look first."""
    words = "An additional approval step is required before you can start using Amazon Seller Central."
    if variant.message_widget in ("a_alert", "kat_description"):
        return message_body(variant, words, kind="info")
    return f"<h1>One more step</h1><p>{words} The account manager has been asked to approve your access.</p>"


def success_body(variant: Variant) -> str:
    """Accept was heard, told on the same page."""
    return message_body(
        variant,
        "You have accepted the invitation. The account administrator can now give you permissions.",
        kind="success",
    )


def code_body(variant: Variant) -> str:
    """The older flow: a code that the seller must confirm."""
    return (
        "<h1>Seller Central</h1><p>Thank you. Please give this code to the account owner.</p>"
        f"<table><tr><td>{escape(variant.code_words)}:</td>"
        f"<td><b>{escape(variant.code)}</b></td></tr></table><p>You are a Pending User until the owner presses Confirm beside the code.</p>"
    )


def message_body(variant: Variant, text: str, *, kind: str) -> str:
    """One message in the widget of the day."""
    words = escape(text)
    match variant.message_widget:
        case "kat":
            return f'<kat-alert variant="{kind}" header="{words}"></kat-alert>'
        case "kat_description":
            return f'<kat-alert variant="{kind}" header="Invitation" description="{words}" dismissible="false"></kat-alert>'
        case "a_alert":
            return (
                '<div class="a-box a-alert a-alert-warning"><div class="a-box-inner a-alert-container">'
                '<h4 class="a-alert-heading">Invitation</h4>'
                f'<i class="a-icon a-icon-alert"></i><div class="a-alert-content">{words}</div></div></div>'
            )
        case _:
            return f'<div class="invitation-body"><h1>Invitation</h1><p>{words}</p></div>'


def _framed(world: World, session: Session, body: str) -> str:
    hidden = '<div class="a-alert a-alert-error aok-hidden" style="display:none">Something went wrong. Try again.</div>'
    banner = f'<div class="notice">We use cookies. <button type="button">{escape(world.variant.banner)}</button></div>'
    content = hidden + banner * bool(world.variant.banner) + drawn_late(body, world.variant.late)
    if world.variant.invitation_shell:
        return app_page(world, session, content, title=world.variant.title)
    return document(
        world.variant.title, f'<div id="a-page"><div class="a-container">{content}</div></div>', late=world.variant.late
    )


def _offer(variant: Variant, session: Session, invitation: Invitation) -> str:
    shop = escape(invitation.merchant.name) if variant.shows_shop else "a selling account"
    named = invitation.email if variant.shows_recipient else ""
    who = variant.recipient_words.format(escape(named)) if named or "{}" not in variant.recipient_words else ""
    reject = _reject(variant, invitation)
    form = (
        '<form method="post" action="/invitation/accept/confirm" id="accept-form">'
        f'<input type="hidden" name="invitationId" value="{invitation.number}">'
        f'<input type="hidden" name="anti-csrftoken-a2z" value="t">{_accept(variant)}</form>{reject}'
    )
    return f"<h1>You have been invited</h1><p>You have been invited to become a user of {shop}. You must accept the invitation.</p>{who}{form}"


def _accept(variant: Variant) -> str:
    words = escape(variant.accept_words, quote=True)
    submit = "document.getElementById('accept-form').submit(); return false"
    match variant.accept_widget:
        case "link":
            return f'<a href="#" class="a-button-text" onclick="{submit}">{words}</a>'
        case "input":
            return f'<input type="submit" value="{words}">'
        case "kat":
            return f'<kat-button type="submit" variant="primary" label="{words}"></kat-button>'
        case "a_button":
            return (
                '<span class="a-button a-button-primary"><span class="a-button-inner"><input class="a-button-input" type="submit" '
                'aria-labelledby="go-announce"><span id="go-announce" class="a-button-text" aria-hidden="true">'
                f"{words}</span></span></span>"
            )
        case "role":
            return f'<div role="button" tabindex="0" onclick="{submit}">{words}</div>'
        case _:
            return f'<button type="submit">{words}</button>'


def _reject(variant: Variant, invitation: Invitation) -> str:
    if not variant.reject_words:
        return ""
    words = escape(variant.reject_words, quote=True)
    inner = (
        f'<kat-button type="submit" label="{words}"></kat-button>'
        if variant.accept_widget == "kat"
        else f"<button>{words}</button>"
    )
    number = f'<input type="hidden" name="invitationId" value="{invitation.number}">'
    return f'<form method="post" action="/invitation/reject">{number}{inner}</form>'


def _welcome(invitation: Invitation) -> str:
    """The first page of the older flow: who are you?"""
    go = f"/invitation/accept/known?invitationId={invitation.number}"
    return (
        "<h1>Welcome Invited User</h1><p>You have been invited to become a Seller Central user.</p>"
        "<p>Do you have an Amazon.com account?</p>"
        f'<p><a class="a-button-text" href="{go}">Yes, I have an Amazon.com account</a></p>'
        '<p><a class="a-button-text" href="/ap/register?openid.return_to=%2Fhome">No, I am a new customer</a></p>'
    )
