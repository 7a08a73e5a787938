"""The pages between sign-in and Seller Central, the challenges for people, the refusals and the places a visit ends."""

from tests.second_site.markup import Visit, always_hidden, danger, page, server_alert, state_fields, tag
from tests.second_site.words import TITLES, said


def continue_wall(visit: Visit) -> str:
    form = tag(visit.look, "form", method="get", action="/errors/validateCaptcha", part="wall")
    return page(
        visit.look,
        '<div class="a-container a-padding-double-large"><h4>Click the button below to continue shopping</h4>'
        f'{form}<input type="hidden" name="amzn" value="t"><input type="hidden" name="field-keywords" value="YMJTKX"><button type="submit" '
        'class="a-button-text" alt="Continue shopping">Continue shopping</button></form></div>',
        title="Amazon.com",
    )


def waf(visit: Visit) -> str:
    """A silent challenge: its script sets the token after a while and loads the page again."""
    return page(
        visit.look,
        '<div id="challenge-container"></div><script>window.gokuProps={"key":"k","iv":"i","context":"c"};'
        "setTimeout(()=>{document.cookie='aws-waf-token=t; path=/; secure';location.reload()},1200)</script>"
        "<noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you're not a robot. This requires "
        "JavaScript. Enable JavaScript and then reload the page.</noscript>",
        late=False,
    )


def waf_stuck(visit: Visit) -> str:
    return waf(visit).replace("document.cookie='aws-waf-token=t; path=/; secure';location.reload()", "")


def waf_for_ever(visit: Visit) -> str:
    return waf(visit).replace("document.cookie='aws-waf-token=t; path=/; secure';", "").replace("1200", "700")


def shell(visit: Visit) -> str:
    """The frame of an app page that finds out by script that nobody is signed in."""
    return page(
        visit.look,
        "<div id=root></div><script>setTimeout(()=>location.assign('/-shell'),800)</script>",
        title="Amazon",
        head='<meta name="anti-csrftoken-a2z" content="t">',
    )


def passkey_nudge(visit: Visit) -> str:
    look = visit.look
    if look.draw("nudge").random() < 0.5:
        skip = '<input type="submit" class="a-button-input" aria-labelledby="passkey-nudge-not-now-announce" name="action" value="skip">'
    else:
        skip = '<button id="passkey-nudge-skip-button" type="submit" name="action" value="skip">Not now</button>'
    others = "".join(
        f'<span class="a-button"><input type="{kind}" class="a-button-input" aria-labelledby="nudge-{name}-announce" {danger("passkey")}></span>'
        for name, kind in [("create", "submit"), ("setup", "button"), ("sign-in", "button")]
    )
    broken = "".join(
        f'<span class="a-button aok-hidden"><input type="submit" class="a-button-input" aria-labelledby="nudge-{name}-announce"></span>'
        for name in ["skip-client-error", "skip-server-error"]
    )
    return page(
        look,
        '<form method="post" action="/ax/claim/webauthn/nudge"><h1>Use face ID, fingerprint, or PIN to sign in</h1>'
        f"{others}{broken}<span class=a-button>{skip}</span></form>",
        title="Passkey setup",
    )


def phone_fixup(visit: Visit) -> str:
    return page(
        visit.look,
        f'<form id="auth-account-fixup-phone-form" method="post" action="/ap/accountFixup/phone">{state_fields("ACCOUNT_FIXUP_ADD_PHONE")}'
        '<h1>Add mobile number</h1><input type="tel" name="cvf_phone_num" id="ap_phone"><input type="submit" value="Add mobile number" '
        f'{danger("phone")}></form><a id="ap-account-fixup-phone-skip-link" href="/ap/accountFixup/skip">Not now</a>',
        title=said(TITLES, visit.look.lang),
    )


def tiles(visit: Visit) -> str:
    """The switcher a stale session meets: one's own tile, another's, and one to add."""
    rows = [visit.email, "someone-else@users.example"]
    visit.look.draw("tiles").shuffle(rows)
    tiles_ = "".join(
        f'<div class="a-row cvf-account-switcher-tile"><a data-name="switch_account_request" href="/ap/switch?to={n}" class="a-link-normal '
        f'cvf-widget-btn-val"><span class="cvf-account-switcher-profile-name">Person {n}</span><span class="a-size-small '
        f'cvf-account-switcher-claim">{row}</span></a></div>'
        for n, row in enumerate(rows)
    )
    return page(
        visit.look,
        f'<div id="cvf-page-content"><div class="cvf-account-switcher"><h1>Switch accounts</h1>{tiles_}<a '
        f'id="cvf-account-switcher-add-accounts-link" href="/ap/signin?switch_account=add" {danger("add-account")}>Add account</a></div></div>',
        title="Amazon Switch accounts",
    )


def captcha_cvf(visit: Visit) -> str:
    buttons = "".join(
        f'<input type="submit" name="cvf_captcha_captcha_action" value="{name}">'
        for name in ["newCaptcha", "alternativeCaptcha", "verifyCaptcha"]
    )
    return page(
        visit.look,
        '<div id="cvf-page-content"><h1>Solve this puzzle to protect your account</h1><form class="cvf-widget-form cvf-widget-form-captcha" '
        f'action="verify" method="post"><img src="/captcha.jpg" alt="captcha" width="200" height="70"><input name="cvf_captcha_input" type="text">{buttons}'
        "</form></div>",
        title="Authentication required",
    )


def robot_check(visit: Visit) -> str:
    return page(
        visit.look,
        '<form method="get" action="/errors/validateCaptcha"><input type="hidden" name="amzn-pt" value="AuthenticationPortal"><h4>Enter the '
        "characters you see below</h4><p>Sorry, we just need to make sure you're not a robot.</p>"
        '<img src="/captcha.jpg" width="200" height="70"><input type="text" id="captchacharacters" name="field-keywords"><button type="submit">'
        "Continue shopping</button></form>",
        title="Robot Check",
    )


def puzzle(visit: Visit) -> str:
    source = visit.look.draw("puzzle").choice(["/aaut/puzzle", "https://client-api.arkoselabs.example/fc"])
    return page(
        visit.look,
        '<div id="cvf-page-content"><div id="cvf-aamation-container"><form id="cvf-aamation-challenge-form" method="post" action="/ap/cvf/verify">'
        '<input type="hidden" id="cvf_aamation_response_token" name="cvf_aamation_response_token"></form><iframe '
        f'id="cvf-aamation-challenge-iframe" src="{source}" width="400" height="400"></iframe></div></div>',
        title="Authentication required",
    )


def puzzle_aaut(visit: Visit) -> str:
    return page(
        visit.look,
        '<div id="aa-challenge-page-captcha-container"><h1 id="aacb-captcha-header">Solve this puzzle</h1></div>',
        title="",
    )


def claimspicker(visit: Visit) -> str:
    return page(
        visit.look,
        '<form name="claimspicker" method="post" action="verify"><h1>Verification needed</h1><label><input type="radio" name="option" value="sms" '
        'checked>Text</label><label><input type="radio" name="option" value="email">Email</label><input id="continue" type="submit" '
        'value="Continue"></form>',
        title="Amazon Sign-In",
    )


def cvf_code(visit: Visit) -> str:
    look = visit.look
    single = '<input id="input-box-otp" type="text" maxlength="6">'
    boxes = "".join(f'<input id="otc-{n}" maxlength="1" type="tel">' for n in range(1, 7))
    return page(
        look,
        '<div id="cvf-page-content"><h1>Enter verification code</h1><p>For your security, we\'ve sent the code to your phone <span '
        'class="transaction-approval-word-break" id="channelDetailsForOtp">+1 *** **42</span></p><form id="verification-code-form" method="post" '
        f'action="/ap/cvf/approval/verifyOtp">{look.draw("cvf").choice([single, boxes])}<input type="hidden" id="otpCode" name="otpCode"><span '
        'id="cvf-submit-otp-button"><input type="submit"></span></form><form id="resend-approval-form" method="post" '
        f'action="/ap/cvf/approval/resend"><a href="#" {danger("resend")}>Resend code</a></form><form id="pollingForm" method="get" '
        'action="/ap/cvf/approval/poll"></form><div id="verifyAlerts" class="aok-hidden"></div></div>',
        title="Amazon Sign-In",
    )


def cvf_code_old(visit: Visit) -> str:
    return page(
        visit.look,
        '<div id="cvf-page-content"><form class="cvf-widget-form" method="post" action="verify"><p>We have sent a code to a***@users.example</p>'
        '<input type="text" name="code" id="cvf-input-code"><span id="cvf-submit-otp-button"><input type="submit"></span></form></div>',
        title="Authentication required",
    )


def approval(visit: Visit) -> str:
    look = visit.look
    words = {"de": "Genehmige die Benachrichtigung, die gesendet wurde an", "fr": "Approuvez la notification envoyée à"}
    text = words.get(look.lang, "For your security, approve the notification sent to:")
    if look.draw("approval").random() < 0.5:
        form = '<form id="pollingForm" method="get" action="/ap/cvf/approval/poll"><input type="hidden" name="transactionApprovalStatus" value="TransactionPending"></form>'
    else:
        form = '<form method="get" action="/ap/cvf/approval/poll"><input type="hidden" name="arb" value="0"></form>'
    return page(
        look,
        f'<div id="cvf-page-content"><p>{text}</p><div id="channelDetailsWithImprovedLayout">a***@users.example</div>{form}<form '
        f'id="resend-approval-form" method="post" action="/ap/cvf/approval/resend"><a id="resend-approval-link" href="#" {danger("resend")}>Resend</a>'
        "</form></div>",
        title=said(TITLES, look.lang),
    )


def dcq(visit: Visit) -> str:
    return page(
        visit.look,
        '<form name="ap_dcq_form" method="post" action="/ap/dcq"><h1>Please answer the following question</h1><label>What is the ZIP code of your '
        'billing address?</label><input type="text" name="dcq_question_subjective_1" id="dcq_question_subjective_1"><input type="submit" '
        'value="Continue"></form>',
        title="Amazon Sign In",
    )


def password_reset(visit: Visit) -> str:
    return page(
        visit.look,
        f'{always_hidden(visit.look)}<form name="forgotPassword" method="post" action="/ap/forgotpassword"><h1>Password assistance</h1><p>Enter the '
        f'email address associated with your account.</p><input type="email" id="ap_email" name="email" value="{visit.email}"><span '
        'id="continue"><input id="continue" type="submit"></span></form>',
        title="Amazon Password Assistance",
    )


def locked(visit: Visit) -> str:
    box = server_alert("Your account has been locked.", "Account on hold", ident=visit.look.draw("lock").choice(["auth-account-locked-alert", "auth-suspended-alert"]))  # fmt: skip
    return page(visit.look, box, title=said(TITLES, visit.look.lang))


def intent(visit: Visit) -> str:
    return page(
        visit.look,
        '<div id="intent-confirmation-container"><h1>Looks like you\'re new to Amazon</h1><form id="intent-confirmation-form" method="post" '
        f'action="/ap/register?x=1"><span id="intention-submit-button"><input type="submit" {danger("create")}></span>Proceed to create an account</form>'
        f'<a href="/ax/claim">Use a different one</a></div>',
    )


def error_page(visit: Visit) -> str:
    return page(
        visit.look,
        '<div class="ap_error_page_title"><h1>Important Message!</h1></div><div id="ap_error_page_message">Please try your request again later.</div>',
        title=said(TITLES, visit.look.lang),
    )


def dogs(visit: Visit) -> str:
    return page(
        visit.look,
        '<a href="/ref=cs_503_link"><img src="/sorry.png" alt="Sorry! Something went wrong on our end."></a><a href="/dogsofamazon/ref=cs_503_d">'
        '<img id="d" alt="Dogs of Amazon" src="/dog.jpg"></a>',
        title="Sorry! Something went wrong!",
        late=False,
    )


def throttled(visit: Visit) -> str:
    return "<html><body>Too many requests</body></html>"


def unknown(visit: Visit) -> str:
    return page(
        visit.look,
        "<main><h1>We are improving something</h1><p>A page nobody has seen.</p><button>OK</button></main>",
        title="Amazon",
    )


def blank(visit: Visit) -> str:
    return "<html><head></head><body></body></html>"


def landing(visit: Visit) -> str:
    return page(
        visit.look,
        '<header><a id="sign-in-button" href="/ap/signin?openid.return_to=home">Log in</a></header><main><h1>Sell on Amazon</h1><a '
        f'href="/ap/register" {danger("register-seller")}>Sign up</a></main>',
        title="Amazon Seller Central",
    )


def retail_hello(visit: Visit) -> str:
    """The shop's front page, signed out although the password was right.

    The pattern of a blocked account.
    """
    return page(
        visit.look,
        '<div id="navbar"><a id="nav-link-accountList" href="/ap/signin?ref=nav"><span id="nav-link-accountList-nav-line-1">Hello, sign in</span>'
        "</a></div>",
        title="Amazon.com. Spend less. Smile more.",
    )


def no_account(visit: Visit) -> str:
    return page(
        visit.look,
        '<div><h1>It looks like you do not have a selling account</h1><kat-button data-metric-name="sc:auth-failed:no-account:'
        f'start-registration-button" label="Start registration" {danger("register-seller")}></kat-button></div>',
        title="Amazon",
    )


def failed_global(visit: Visit) -> str:
    return page(visit.look, "<h1>You do not have access</h1><p>Ask your administrator.</p>", title="Seller Central")


def home(visit: Visit) -> str:
    """Seller Central itself, marked in one of the ways the facts list."""
    look = visit.look
    rng = look.draw("home")
    marker = rng.choice(
        [
            '<meta name="anti-csrftoken-a2z" content="t">',
            '<meta name="anti-csrftoken-a2z" content="t"><meta name="x" content="y">',
            "",
        ]
    )
    nav = rng.choice(
        ['<div id="partner-navigation">', '<div data-testid="sc-nav-root">', '<div id="sc-content-container">']
    )
    tour = (
        '<div class="react-joyride__tooltip" role="alertdialog" style="position:fixed;inset:0;background:#fff"><p>Take the tour</p><button '
        'data-action="close" onclick="this.parentNode.remove()">x</button></div>'
        if rng.random() < 0.3
        else ""
    )
    search = "" if marker else '<input id="sc-search-field">'
    body = (
        f'{nav}<div class="nav-right-section"><button data-test-tag="nav-settings-button">Settings</button><span '
        f'class="dropdown-account-switcher-header-label-global">Example Store.</span><span '
        f'class="dropdown-account-switcher-header-label-regional">United States</span></div>{search}<ul><li class="sc-logout-quicklink"><a '
        f'href="/sign-out">Sign out</a></li></ul><h1>Welcome</h1></div>{tour}'
    )
    return page(look, body, title="Home", head=marker)
