"""The words of the second site in six languages.

Those the facts record, and plausible ones where they record none.
"""

TITLES = {
    "en": "Amazon Sign-In",
    "de": "Amazon Anmelden",
    "fr": "Connexion Amazon",
    "it": "Amazon Accedi",
    "es": "Iniciar sesión en Amazon",
    "nl": "Inloggen bij Amazon",
}
TWO_STEP = {
    "en": "Two-Step Verification",
    "de": "Zwei-Schritt-Verifizierung",
    "fr": "Vérification en deux étapes",
    "it": "Verifica in due fasi",
    "es": "Verificación en dos pasos",
    "nl": "Verificatie in twee stappen",
}
SIGN_IN = {
    "en": "Sign in",
    "de": "Anmelden",
    "fr": "S'identifier",
    "it": "Accedi",
    "es": "Iniciar sesión",
    "nl": "Inloggen",
}
CONTINUE = {"en": "Continue", "de": "Weiter", "fr": "Continuer", "it": "Continua", "es": "Continuar", "nl": "Doorgaan"}
EMAIL = {
    "en": "Email or mobile phone number",
    "de": "E-Mail-Adresse oder Mobiltelefonnummer",
    "fr": "Adresse e-mail ou numéro de téléphone portable",
    "it": "Indirizzo e-mail o numero di cellulare",
    "es": "Dirección de e-mail o número de móvil",
    "nl": "E-mailadres of mobiel telefoonnummer",
}
PASSWORD = {
    "en": "Password",
    "de": "Passwort",
    "fr": "Mot de passe",
    "it": "Password",
    "es": "Contraseña",
    "nl": "Wachtwoord",
}
PROBLEM = {
    "en": "There was a problem",
    "de": "Es ist ein Problem aufgetreten.",
    "fr": "Un problème est survenu",
    "it": "Si è verificato un problema",
    "es": "Hubo un problema",
    "nl": "Er is een probleem opgetreden",
}
WRONG_PASSWORD = {
    "en": "Your password is incorrect",
    "de": "Falsches Passwort",
    "fr": "Votre mot de passe est incorrect",
    "it": "La tua password non è corretta",
    "es": "La contraseña no es correcta",
    "nl": "Je wachtwoord is onjuist",
}
UNKNOWN_EMAIL = {
    "en": "We cannot find an account with that email address",
    "de": "Es konnte kein Konto mit dieser E-Mail-Adresse gefunden werden",
    "fr": "Impossible de trouver un compte correspondant à cette adresse e-mail",
    "it": "Non riusciamo a trovare un account con questo indirizzo e-mail",
    "es": "No encontramos una cuenta con esta dirección de correo electrónico",
    "nl": "We kunnen geen account vinden met dat e-mailadres",
}
WRONG_CODE = {
    "en": "The One Time Password (OTP) you entered is not valid. Please try again.",
    "de": "Der eingegebene Code ist ungültig. Bitte versuche es erneut.",
    "fr": "Le code saisi n'est pas valide. Veuillez réessayer.",
    "it": "Il codice inserito non è valido. Riprova.",
    "es": "El código introducido no es válido. Inténtalo de nuevo.",
    "nl": "De ingevoerde code is niet geldig. Probeer het opnieuw.",
}
GENERIC_CREDENTIALS = {
    "en": "The credentials you provided were incorrect. Check them and try again.",
    "de": "Die von dir angegebenen Anmeldeinformationen waren inkorrekt. Überprüfe sie und versuche es erneut.",
}
INVALID_PASSWORD = {
    "en": "The password you entered cannot be used here.",
    "de": "Das eingegebene Kennwort ist nicht gültig.",
    "fr": "Le mot de passe saisi n'est pas valide.",
    "it": "La password inserita non è valida.",
    "es": "La contraseña introducida no es válida.",
    "nl": "Het ingevoerde wachtwoord is niet geldig.",
}
"""Refusals that share their words with those of a one-time code."""
UNLISTED_ALERT = {
    "en": "To better protect your account, please re-enter your details and then proceed.",
    "de": "Zum Schutz deines Kontos gib deine Daten bitte noch einmal ein.",
    "fr": "Afin de mieux protéger votre compte, veuillez saisir à nouveau vos informations.",
    "it": "Per proteggere meglio il tuo account, inserisci nuovamente i tuoi dati.",
    "es": "Para proteger mejor tu cuenta, vuelve a introducir tus datos.",
    "nl": "Voer je gegevens opnieuw in om je account beter te beschermen.",
}


def said(table: dict[str, str], lang: str) -> str:
    return table.get(lang, table["en"])
