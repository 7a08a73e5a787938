"""Signed letters whose link is almost an invitation.

How a browser reads an address is what counts (WHATWG).
"""

from .letters import INVITATION, LINK, MERCHANT, OTHER_INVITATION, Case, html_of, letter, part, text_of, trap

HOST = "sellercentral.amazon.com"
QUERY = f"merchantId={MERCHANT}&invitationId={INVITATION}"
PATH = f"/invitation/accept?{QUERY}"

ADDRESSES = {
    "http": f"http://{HOST}{PATH}",
    "user": f"https://user@{HOST}{PATH}",
    "user and password": f"https://{HOST}:x@evil.test{PATH}",
    "host as user": f"https://{HOST}@evil.test{PATH}",
    "backslash before @": f"https://evil.test\\@{HOST}{PATH}",
    "backslash after the host": f"https://{HOST}\\@evil.test{PATH}",
    "backslashes for slashes": f"https:\\\\{HOST}{PATH}",
    "port": f"https://{HOST}:8443{PATH}",
    "suffix": f"https://{HOST}.evil.test{PATH}",
    "prefix": f"https://evil-{HOST}{PATH}",
    "no dot": f"https://sellercentralamazon.com{PATH}",
    "sub-domain": f"https://a.{HOST}{PATH}",
    "parent": f"https://amazon.com{PATH}",
    "shop": f"https://www.amazon.com{PATH}",
    "mirror": f"https://sellercentral.amazon.dev{PATH}",
    "other tld": f"https://sellercentral.amazon.cm{PATH}",
    "trailing dot": f"https://{HOST}.{PATH}",
    "full width": f"https://ｓｅｌｌｅｒｃｅｎｔｒａｌ.amazon.com{PATH}",
    "circled": f"https://ⓢellercentral.amazon.com{PATH}",
    "ideographic dot": f"https://sellercentral。amazon.com{PATH}",
    "soft hyphen": f"https://seller\u00adcentral.amazon.com{PATH}",
    "zero width": f"https://seller\u200bcentral.amazon.com{PATH}",
    "Cyrillic a": f"https://sellercentral.\u0430mazon.com{PATH}",
    "punycode": f"https://sellercentral.xn--mazon-3ve.com{PATH}",
    "percent in the host": f"https://%73ellercentral.amazon.com{PATH}",
    "percent slash in the host": f"https://{HOST}%2f@evil.test{PATH}",
    "NUL in the host": f"https://{HOST}%00.evil.test{PATH}",
    "dots in the path": f"https://{HOST}/invitation/accept/../../x?{QUERY}",
    "dots into the path": f"https://{HOST}/x/../invitation/accept?{QUERY}",
    "coded dots": f"https://{HOST}/x/%2e%2e/invitation/accept?{QUERY}",
    "coded letter in the path": f"https://{HOST}/invitation/%61ccept?{QUERY}",
    "coded slash in the path": f"https://{HOST}/invitation%2faccept?{QUERY}",
    "double slash in the path": f"https://{HOST}//invitation/accept?{QUERY}",
    "slash at the end": f"https://{HOST}/invitation/accept/?{QUERY}",
    "more path": f"https://{HOST}/invitation/accept/now?{QUERY}",
    "path in capitals": f"https://{HOST}/Invitation/Accept?{QUERY}",
    "path parameter": f"https://{HOST}/invitation/accept;a=b?{QUERY}",
    "one slash": f"https:/{HOST}{PATH}",
    "no slash": f"https:{HOST}{PATH}",
    "three slashes": f"https:///{HOST}{PATH}",
    "no scheme": f"//{HOST}{PATH}",
    "javascript": f"javascript:location='https://{HOST}{PATH}'",
    "data": f"data:text/html,https://{HOST}{PATH}",
    "view-source": f"view-source:https://{HOST}{PATH}",
    "invitation twice": f"https://{HOST}{PATH}&invitationId={OTHER_INVITATION}",
    "same invitation twice": f"https://{HOST}{PATH}&invitationId={INVITATION}",
    "merchant twice": f"https://{HOST}{PATH}&merchantId=A9STRANGER0009",
    "merchant twice, one coded": f"https://{HOST}{PATH}&merchant%49d=A9STRANGER0009",
    "both account kinds": f"https://{HOST}{PATH}&globalAccountId=A9STRANGER0009",
    "no merchant": f"https://{HOST}/invitation/accept?invitationId={INVITATION}",
    "empty merchant": f"https://{HOST}/invitation/accept?merchantId=&invitationId={INVITATION}",
    "no invitation": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}",
    "empty invitation": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId=",
    "invitation is no UUID": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId=12345",
    "invitation in braces": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId={{{INVITATION}}}",
    "invitation with more": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}x",
    "invitation without hyphens": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION.replace('-', '')}",
    "line break in the invitation": f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}%0a",
    "merchant with markup": f"https://{HOST}/invitation/accept?merchantId=<b>A&invitationId={INVITATION}",
    "merchant with a path": f"https://{HOST}/invitation/accept?merchantId=../A2&invitationId={INVITATION}",
    "merchant starts with another letter": f"https://{HOST}/invitation/accept?merchantId=B2EXAMPLE00001&invitationId={INVITATION}",
    "merchant too short": f"https://{HOST}/invitation/accept?merchantId=A2&invitationId={INVITATION}",
    "merchant endless": f"https://{HOST}/invitation/accept?merchantId=A{'2' * 4000}&invitationId={INVITATION}",
    "parameters in the fragment": f"https://{HOST}/invitation/accept#{QUERY}",
    "semicolons": f"https://{HOST}/invitation/accept?merchantId={MERCHANT};invitationId={INVITATION}",
    "redirector": f"https://www.amazon.com/gp/r.html?C=X&U={LINK.replace(':', '%3A').replace('/', '%2F').replace('&', '%26')}",
    "sign-in that returns": f"https://www.amazon.com/ap/signin?openid.return_to={LINK.replace('&', '%26')}",
    "redirect on the right host": f"https://{HOST}/redirect?to={LINK.replace('&', '%26')}",
    "safe links": f"https://eur01.safelinks.protection.outlook.com/?url={LINK.replace('&', '%26')}",
    "an IP": f"https://127.0.0.1{PATH}",
}
TEXT_KEEPS = (
    "http",
    "user",
    "backslash",
    "port",
    "suffix",
    "trailing",
    "dots",
    "invitation",
    "merchant",
    "both",
    "redirector",
)


def cases() -> list[Case]:
    """Each address as a link; those that survive in running text also as plain text."""
    made = [
        trap(f"address {name}", letter(part(html_of(link), cte="quoted-printable"))) for name, link in ADDRESSES.items()
    ]
    for name, link in ADDRESSES.items():
        if name.startswith(TEXT_KEEPS):
            made.append(trap(f"address {name}, plain", letter(part(text_of(link), kind="text/plain"))))
    return made
