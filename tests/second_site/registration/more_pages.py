"""More pages of the same kinds, in other words, other orders and other languages of the facts."""

from __future__ import annotations

from dataclasses import dataclass

from tests.second_site.registration.pages import ADDRESS, GROUPS, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the pages of one language say."""

    lang: str
    new: str
    proceed: str
    verify: str
    app: str
    cannot_scan: str
    almost: str
    turn_on: str
    settings: str
    is_on: str
    disable: str


GERMAN = Words(
    lang="de-de",
    new="Sie scheinen neu bei Amazon zu sein",
    proceed="Mit der Kontoerstellung fortfahren",
    verify="E-Mail-Adresse verifizieren",
    app="Authentifizierungs-App",
    cannot_scan="Der Barcode kann nicht gescannt werden?",
    almost="Fast fertig …",
    turn_on="Verstanden. Zwei-Schritt-Verifizierung aktivieren",
    settings="Einstellungen für die Zwei-Schritt-Verifizierung",
    is_on="Die Zwei-Schritt-Verifizierung ist aktiviert",
    disable="Deaktivieren",
)
JAPANESE = Words(
    lang="ja-jp",
    new="Amazonは初めてのようですね",
    proceed="アカウントの作成に進む",
    verify="Eメールアドレスを確認する",
    app="認証アプリ",
    cannot_scan="バーコードを読み取れませんか?",
    almost="もう少しで完了です…",
    turn_on="わかりました。2段階認証を有効にする",
    settings="2段階認証の設定",
    is_on="2段階認証は有効です",
    disable="無効にする",
)
FRENCH = Words(
    lang="fr-fr",
    new="Il semble que vous soyez nouveau sur Amazon",
    proceed="Continuer pour créer un compte",
    verify="Vérifier l'adresse e-mail",
    app="Application d'authentification",
    cannot_scan="Impossible de scanner le code-barres ?",
    almost="Presque terminé…",
    turn_on="J'ai compris. Activer la vérification en deux étapes",
    settings="Paramètres de la vérification en deux étapes",
    is_on="La vérification en deux étapes est activée",
    disable="Désactiver",
)
DUTCH = Words(
    lang="nl-nl",
    new="Je bent nieuw bij Amazon",
    proceed="Doorgaan met het aanmaken van een account",
    verify="E-mailadres verifiëren",
    app="Authenticator-app",
    cannot_scan="Kun je de barcode niet scannen?",
    almost="Bijna klaar…",
    turn_on="Begrepen. Verificatie in twee stappen inschakelen",
    settings="Instellingen voor verificatie in twee stappen",
    is_on="Verificatie in twee stappen is ingeschakeld",
    disable="Uitschakelen",
)

POLISH = Words(
    lang="pl-pl",
    new="Wygląda na to, że jesteś nowym klientem",
    proceed="Przejdź do tworzenia konta",
    verify="Zweryfikuj adres e-mail",
    app="Aplikacja uwierzytelniająca",
    cannot_scan="Nie możesz zeskanować kodu?",
    almost="Prawie gotowe…",
    turn_on="Rozumiem. Włącz weryfikację dwuetapową",
    settings="Ustawienia weryfikacji dwuetapowej",
    is_on="Weryfikacja dwuetapowa jest włączona",
    disable="Wyłącz",
)
ARABIC = Words(
    lang="ar-ae",
    new="يبدو أنك جديد على أمازون",
    proceed="متابعة إنشاء حساب",
    verify="التحقق من عنوان البريد الإلكتروني",
    app="تطبيق المصادقة",
    cannot_scan="لا يمكنك مسح الرمز؟",
    almost="أوشكت على الانتهاء…",
    turn_on="حسنًا. تفعيل التحقق بخطوتين",
    settings="إعدادات التحقق بخطوتين",
    is_on="تم تفعيل التحقق بخطوتين",
    disable="تعطيل",
)
TURKISH = Words(
    lang="tr-tr",
    new="Amazon'da yeni görünüyorsunuz",
    proceed="Hesap oluşturmaya devam et",
    verify="E-posta adresini doğrula",
    app="Kimlik doğrulama uygulaması",
    cannot_scan="Barkodu tarayamıyor musunuz?",
    almost="Neredeyse tamam…",
    turn_on="Anladım. İki Adımlı Doğrulamayı Etkinleştir",
    settings="İki Adımlı Doğrulama ayarları",
    is_on="İki Adımlı Doğrulama açık",
    disable="Devre dışı bırak",
)


def claim(lang: str = "en-us") -> Page:
    """The unified first page: an address or a number."""
    return Page(
        path="/ax/claim",
        lang=lang,
        body="""<h1>Sign in or create account</h1><form id="ap_login_form" name="signIn" method="post" action="/ax/claim">
        <input type="hidden" name="appAction" value="SIGNIN_CLAIM_COLLECT">
        <input id="ap_email_login" name="email" type="text">
        <input id="auth-credential-autofill-hint" class="aok-hidden" name="password" type="password">
        <span id="continue"><input type="submit" aria-labelledby="continue-announce"></span></form>""",
    )


def unknown_email() -> Page:
    """The classic answer to an address that nobody has, with the link to a new login."""
    return Page(
        path="/ap/signin",
        title="Amazon Sign-In",
        body="""<div id="auth-error-message-box"><h4>There was a problem</h4>
        <p>We cannot find an account with that email address</p></div>
        <form name="signIn" class="auth-validate-form" method="post" action="/never">
        <input type="hidden" name="appAction" value="SIGNIN_PWD_COLLECT"><h1>Sign in</h1>
        <input id="ap_email" name="email" type="email"><span id="continue"><input id="continue" type="submit"></span>
        </form><a id="createAccountSubmit" href="/skip">Create your Amazon account</a>""",
    )


def intent(words: Words) -> Page:
    return Page(
        path="/ax/claim/intent",
        lang=words.lang,
        body=f"""<section id="intent-confirmation-container"><h1>{words.new}</h1><span class="claim-value">{ADDRESS}</span>
        <form id="intent-confirmation-form" method="post" action="/ap/register"><div id="intention-submit-button">
        <input type="submit" value="{words.proceed}"></div></form></section>""",
    )


def form(words: Words) -> Page:
    """The second page of the two: the address is shown, and cannot be changed here."""
    return Page(
        path="/ap/register",
        lang=words.lang,
        body=f"""<form name="register" class="ap_ango_default" method="post" action="/ap/register">
        <input type="hidden" name="appAction" value="REGISTER"><b>{ADDRESS}</b>
        <input type="email" name="email" id="ap_email" value="{ADDRESS}" readonly>
        <input id="ap_customer_name" name="customerName" autocomplete="name">
        <input id="ap_password" type="password" name="password" maxlength="32">
        <input id="ap_password_check" type="password" name="passwordCheck">
        <button id="continue" type="submit">{words.proceed}</button></form>""",
    )


def mail_code(words: Words) -> Page:
    return Page(
        path="/ap/cvf/request",
        lang=words.lang,
        body=f"""<h1>{words.verify}</h1><form method="post" action="verify">
        <input type="hidden" name="verificationPageContactType" value="email">
        <input type="text" name="code" class="cvf-widget-input-code" maxlength="6">
        <span class="a-button" id="cvf-submit-otp-button"><input class="a-button-input" type="submit"></span></form>
        <a class="cvf-widget-link-claim-change" href="#">{ADDRESS}</a>""",
    )


def enrol(words: Words, *, path: str = "/a/settings/approval/setup/register") -> Page:
    """The way by phone is open; the authenticator's part opens by a click on its row."""
    return Page(
        path=path,
        lang=words.lang,
        body=f"""<div id="sia-select-otp-device-accordion"><div id="by_phone"><div id="mfa-cvf-embedded-content">
        <form method="post" action="/ap/cvf/phone"><select name="cvf_phone_cc"><option>DE</option></select>
        <input name="cvf_phone_num" type="tel"><input type="submit" name="cvf_action" value="collect"></form></div></div>
        <a id="sia-otp-accordion-totp-header" class="a-accordion-row" href="#" aria-expanded="false"
          onclick="by_app.className='';by_phone.className='aok-hidden';this.setAttribute('aria-expanded', 'true')">
        {words.app}</a><div id="by_app" class="aok-hidden">
        <a id="sia-auth-app-cant-scan-link" href="#" onclick="key.className=''">{words.cannot_scan}</a>
        <p id="key" class="aok-hidden"><span id="sia-auth-app-formatted-secret">{GROUPS}</span></p>
        <form id="sia-add-auth-app-form" method="post" action="/a/settings/approval/appbackup">
        <input id="ch-auth-app-code-input" name="verificationCode" maxlength="6">
        <span id="ch-auth-app-submit-button"><input type="submit"></span></form></div></div>""",
    )


def almost_done(words: Words, *, ticked: bool = False) -> Page:
    return Page(
        path="/a/settings/approval/setup/howto",
        lang=words.lang,
        body=f"""<h2>{words.almost}</h2><form id="enable-mfa-form" method="post" action="/a/settings/approval/setup/enable">
        <input type="hidden" name="csrfToken" value="x">
        <input type="checkbox" name="trustThisDevice" value="1" {"checked" if ticked else ""}>
        <span class="a-button"><input id="enable-mfa-form-submit" type="submit" value="{words.turn_on}"></span></form>""",
    )


def is_on(words: Words) -> Page:
    return Page(
        path="/a/settings/approval",
        lang=words.lang,
        body=f"""<h1>{words.settings}</h1><div id="alert-box"><p>{words.is_on}</p></div>
        <button id="disable-button">{words.disable}</button>
        <a id="ch-settings-totp-primary-add-link" href="#">{words.app}</a>""",
    )


def passkey(decline: str = "No, keep using password") -> Page:
    return Page(
        path="/claim/webauthn/nudge",
        body=f"""<h1>Set up a passkey</h1><form method="post" action="/claim/webauthn/enroll">
        <button type="submit">Set up a passkey</button></form><a id="passkey-nudge-skip-button" href="/skip">{decline}</a>""",
    )


def password_again() -> Page:
    return Page(
        path="/ap/signin",
        title="Amazon Sign-In",
        body=f"""<form name="signIn" method="post" action="/ap/signin"><h1>Sign in</h1>
        <input type="hidden" name="appAction" value="SIGNIN_PWD_COLLECT"><span id="auth-email-claim">{ADDRESS}</span>
        <input type="hidden" id="ap_email" name="email" value="{ADDRESS}">
        <input id="ap_password" type="password" name="password" autocomplete="current-password">
        <span id="auth-signin-button"><input id="signInSubmit" type="submit"></span></form>""",
    )


def combined(*, is_unknown: bool = False) -> Page:
    """The older first page wants address and password at once, and says only then whether it knows the address."""
    box = '<div id="auth-error-message-box"><h4>There was a problem</h4><p>We cannot find an account with that email address</p></div>'
    return Page(
        path="/ap/signin/unknown" if is_unknown else "/ap/signin",
        title="Amazon Sign-In",
        body=f"""{box if is_unknown else ""}<form name="signIn" method="post" action="/ap/signin"><h1>Sign in</h1>
        <input type="hidden" name="appAction" value="SIGNIN"><input id="ap_email" name="email" type="email">
        <input id="ap_password" type="password" name="password"><input id="signInSubmit" type="submit"></form>
        <a id="createAccountSubmit" href="/skip">Create your Amazon account</a>""",
    )


def continue_shopping() -> Page:
    return Page(
        path="/errors/validateCaptcha",
        body="""<h4>Click the button below to continue shopping</h4><form method="get" action="/skip">
        <input type="hidden" name="amzn" value="x"><input type="hidden" name="field-keywords" value="ABCDEF">
        <button type="submit">Continue shopping</button></form>""",
    )


def prompt() -> Page:
    """Seller Central's own page for a login without two steps."""
    return Page(
        path="/authorization/failed/enable-two-step",
        title="Amazon Seller Central",
        body="""<h1>Two-Step Verification is required</h1><p>Seller Central needs Two-Step Verification.</p>
        <form method="post" action="/start"><button>Enable Two-Step Verification</button></form>""",
    )


def whole(words: Words) -> list[Page]:
    """A registration in two pages, in one language from its beginning to its end."""
    return [intent(words), form(words), mail_code(words), enrol(words), almost_done(words), is_on(words)]
