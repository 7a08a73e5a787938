"""What gateways, forwarders and Amazon's other services make of an invitation.

None may be opened.
"""

from urllib.parse import quote

from .letters import HELD, INVITATION, LINK, MERCHANT, RECIPIENT, REJECTED, Case, html_of, letter, multipart, part, trap
from .signing import Signature

CODED = quote(LINK, safe="")
PROOFPOINT_2 = LINK.replace(":", "-3A").replace("/", "_").replace("?", "-3F").replace("=", "-3D").replace("&", "-26")
REWRITTEN = {
    "Safe Links": f"https://eur02.safelinks.protection.outlook.com/?url={CODED}&data=05&reserved=0",
    "Proofpoint 3": f"https://urldefense.com/v3/__{LINK}__;!!AbC!xyz$",
    "Proofpoint 2": f"https://urldefense.proofpoint.com/v2/url?u={PROOFPOINT_2}&d=DwMF&c=x",
    "Mimecast": "https://protect-eu.mimecast.com/s/AbCdEfGh?domain=sellercentral.amazon.com",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={CODED}&c=E,1,x",
}
LED_ON = {
    **REWRITTEN,
    "r.html": f"https://www.amazon.com/gp/r.html?C=1&T=C&U={CODED}&H=x&ref_=pe",
    "f.html": f"https://www.amazon.com/gp/f.html?C=1&U={CODED}",
    "awstrack": f"https://abc123.r.us-east-1.awstrack.me/L0/{CODED}/1/0100/x=1",
    "a sign-in that returns": f"https://sellercentral.amazon.com/ap/signin?openid.return_to={CODED}",
    "a port before the real end": f"https://sellercentral.amazon.com:443@evil.test/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}",
}
OTHER_SERVICES = {
    "Ads": "https://advertising.amazon.com/invite?token=abc123&entityId=ENTITY1EXAMPLE",
    "Brand Registry": f"https://brandregistry.amazon.com/brand/invitation/accept?invitationId={INVITATION}",
    "AWS": f"https://signin.aws.amazon.com/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}",
    "Business": f"https://www.amazon.com/b2b/aba/invitation/accept?invitationId={INVITATION}",
    "Vendor Central": f"https://vendorcentral.amazon.com/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}",
    "Pay": f"https://pay.amazon.com/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}",
    "the provider portal": f"https://sellercentral.amazon.com/spp/invitation/accept?invitationId={INVITATION}",
}
CHARSETS = ("shift_jis", "iso-2022-jp", "gb2312", "euc-jp", "windows-1254", "windows-1256", "iso-8859-2", "koi8-r")


def cases() -> list[Case]:
    """Every letter that was changed, sent on, or means something else."""
    raw, href = letter().raw(), LINK.replace("&", "&amp;").encode()
    owner = letter(to="owner@shop.example")
    forwarded = (f"Delivered-To: {RECIPIENT}", f"X-Forwarded-To: {RECIPIENT}")
    sent_again = f"Resent-To: {RECIPIENT}\r\nResent-Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n".encode()
    winmail = (("Content-Type: application/ms-tnef; name=winmail.dat",), b'x\x9f>" ' + LINK.encode() + b"\r\n")
    said = part("See the attachment", kind="text/plain")
    list_sender = "'Amazon Seller Central' via Invites <invites@users.example>"
    return [
        *(
            trap(f"rewritten by {who}", raw.replace(href, link.replace("&", "&amp;").encode()), expected=REJECTED)
            for who, link in REWRITTEN.items()
        ),
        *(trap(f"leads on by {what}", letter(part(html_of(link)))) for what, link in LED_ON.items()),
        *(trap(f"invitation of {who}", letter(part(html_of(link)))) for who, link in OTHER_SERVICES.items()),
        *(trap(f"charset {name}", letter(part(html_of(), charset=name)), expected=HELD) for name in CHARSETS),
        trap(
            "forwarded by the rule of another mailbox", letter(to="owner@shop.example", above=forwarded), expected=HELD
        ),
        trap("sent again by a mail program", sent_again + owner.raw(), expected=HELD),
        trap("a list wrote its own From", letter(sender=list_sender), expected=REJECTED),
        trap("a gateway tagged the subject", raw.replace(b"Subject: ", b"Subject: [EXT] "), expected=REJECTED),
        trap("a disclaimer in the page", raw.replace(b"</body>", b"<p>External</p></body>"), expected=REJECTED),
        trap("all in winmail.dat", letter(multipart(said, winmail, kind="mixed")), expected=HELD),
        trap("signed by another country", letter().signed(Signature(domain="amazon.com.au")), expected=REJECTED),
        trap("a notice that it was cancelled", letter(part("<p>The invitation was cancelled.</p>")), expected=REJECTED),
    ]
