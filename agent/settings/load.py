"""Load the settings and refuse, in one clear line each, what cannot be meant."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import SettingsError

from agent.errors import ConfigurationError
from agent.settings.model import PREFIX, MailTrust, Settings, Tls

_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
_RULE = re.compile(r"^(MAP\s+(?P<pattern>\S+)\s+(?P<target>\S+)|EXCLUDE\s+\S+)$", re.IGNORECASE)


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read environment, .env and the TOML file.

    Raises:
        ConfigurationError: a name is misspelt, a value is not understood, or two settings contradict each other.
    """
    names = {*environment, *dotenv_values(".env")}
    problems = list(_unknown_names([*names, *(PREFIX + name for name in _names_in_config_file(environment))]))
    try:
        settings = Settings()
    except ValidationError as err:
        problems += [_describe(error["loc"], error["msg"]) for error in err.errors()]
        raise ConfigurationError(_one_line(problems)) from err
    except (SettingsError, ValueError, UnicodeDecodeError) as err:
        raise ConfigurationError(_one_line([*problems, str(err)])) from err
    problems += _contradictions(settings)
    if problems:
        raise ConfigurationError(_one_line(problems))
    return settings


def env_name(*path: str) -> str:
    """The environment variable for a settings path, for example SC_AGENT_IMAP__HOST."""
    return PREFIX + "__".join(part.upper() for part in path)


def _unknown_names(names: Iterable[str]) -> Iterator[str]:
    """pydantic-settings ignores a misspelt variable; we do not."""
    known = {name.upper() for name in Settings.model_fields} | {"CONFIG"}
    for name in sorted(names):
        if not name.upper().startswith(PREFIX):
            continue
        field = name.upper().removeprefix(PREFIX).split("__")[0]
        if field not in known:
            yield f"{name.upper()} is not a setting{_hint([field])}"


def _hint(path: Sequence[str]) -> str:
    """The nearest setting of the same group."""
    fields = Settings.model_fields
    if len(path) > 1 and (group := fields.get(path[0].lower())) is not None:
        fields = getattr(group.annotation, "model_fields", {})
    near = difflib.get_close_matches(
        path[-1].upper(), [*(name.upper() for name in fields), *(["CONFIG"] if len(path) == 1 else [])], n=1
    )
    return f"; did you mean {env_name(*path[:-1], near[0])}?" if near else "; see README.md, Settings"


def _names_in_config_file(environment: Mapping[str, str]) -> Iterable[str]:
    name = environment.get(PREFIX + "CONFIG")
    if not name:
        return ()
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8")).keys()
    except OSError as err:
        raise ConfigurationError(
            f"{PREFIX}CONFIG names {name}, which cannot be read ({err.strerror}); correct the path"
        ) from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise ConfigurationError(f"{name} is not valid TOML ({err}); correct the file") from err


def _describe(location: tuple[int | str, ...], message: str) -> str:
    path = [str(part) for part in location]
    text = message[:1].lower() + message[1:]
    if message.startswith("Extra inputs"):
        return f"{env_name(*path)} is not a setting{_hint(path)}"
    return f"{env_name(*path)}: {text}"


def _contradictions(settings: Settings) -> Iterator[str]:
    yield from _rehearsal_problems(settings)
    boxes = [(settings.imap.host, settings.imap.tls, "IMAP")] + [
        (box.host, box.tls, f"mailboxes[{number}]") for number, box in enumerate(settings.mailboxes)
    ]
    for host, tls, where in boxes:
        if host and tls is Tls.NONE and not is_loopback(host):
            yield f"{where} TLS 'none' is for loopback only, and the host is {host}; use 'implicit' or 'starttls'"
    if settings.imap.host and not settings.imap.username:
        yield f"{env_name('imap', 'username')} is missing although {env_name('imap', 'host')} is set"
    unnamed = [settings.mail.trust, *(box.trust for box in settings.mailboxes if not box.trusted_authserv_ids)]
    if MailTrust.AUTHSERV in unnamed and not settings.mail.trusted_authserv_ids:
        yield (
            f"{env_name('mail', 'trust')} 'authserv' needs the names of the servers to believe: set "
            f"{env_name('mail', 'trusted_authserv_ids')}, for example to mx.example.com, or to protection.outlook.com for Microsoft 365"
        )
    for server in settings.mail.dns_servers:
        if not _is_address(server):
            yield f"{env_name('mail', 'dns_servers')}: expected address:port, for example 127.0.0.1:53, found {server!r}"
    keys = [settings.vault_key, settings.vault_key_file, settings.vault_keyring]
    if sum(key is not None for key in keys) > 1:
        yield "only one of VAULT_KEY, VAULT_KEY_FILE and VAULT_KEYRING may be set; remove the others"
    yield from _web_problems(settings)
    if settings.audit.policy_file and not settings.audit.policy_file.is_file():
        yield f"{env_name('audit', 'policy_file')}: {settings.audit.policy_file} is not a file"


def _web_problems(settings: Settings) -> Iterator[str]:
    """An address that others can reach needs TLS, here or in front."""
    web, name = settings.web, env_name("web", "address")
    host, colon, port = web.address.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) <= 65535):
        yield f"{name}: expected address:port, for example 127.0.0.1:8480, found {web.address!r}"
    elif not is_loopback(host) and not web.tls_cert_file and not web.behind_proxy:
        yield (
            f"{name} {web.address} can be reached from other machines and needs TLS: set "
            f"{env_name('web', 'tls_cert_file')} and {env_name('web', 'tls_key_file')}, or "
            f"{env_name('web', 'behind_proxy')} where a proxy ends TLS"
        )
    if (web.tls_cert_file is None) != (web.tls_key_file is None):
        yield f"{env_name('web', 'tls_cert_file')} and {env_name('web', 'tls_key_file')} belong together; set both"
    if web.public_url is not None and not _PUBLIC_URL.fullmatch(web.public_url):
        yield f"{env_name('web', 'public_url')}: expected scheme and host, for example https://agent.example"
    for origin in web.embed_origins:
        if not _PUBLIC_URL.fullmatch(origin) or origin.endswith("/"):
            yield f"{env_name('web', 'embed_origins')}: {origin!r} is no origin such as https://platform.example"


def _rehearsal_problems(settings: Settings) -> Iterator[str]:
    """A pin is trusted only where every name leads to this machine (decision 12)."""
    rules = settings.browser.host_resolver_rules
    if settings.browser.trusted_spki and not rules:
        yield f"{env_name('browser', 'trusted_spki')} is for rehearsal only and needs {env_name('browser', 'host_resolver_rules')}"
    if rules is None:
        return
    for rule in filter(None, (part.strip() for part in rules.split(","))):
        match = _RULE.match(rule)
        if match is None:
            yield f"{env_name('browser', 'host_resolver_rules')}: '{rule}' is no rule (MAP <pattern> <target> or EXCLUDE <pattern>)"
        elif (target := match["target"]) and target.upper() != "~NOTFOUND" and not is_loopback(_without_port(target)):
            yield f"{env_name('browser', 'host_resolver_rules')}: '{rule}' leads off this machine; rehearsal rules map to loopback only"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its own text; nothing is looked up."""
    text = host.strip("[]").lower()
    if text == "localhost":
        return True
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _is_address(server: str) -> bool:
    host, colon, port = server.rpartition(":")
    bare = not colon or (":" in host and not host.startswith("["))
    try:
        ip_address((server if bare else host).strip("[]"))
    except ValueError:
        return False
    return bare or (port.isdigit() and 0 < int(port) <= 65535)


def _without_port(target: str) -> str:
    if target.startswith("["):
        return target.split("]")[0] + "]"
    return target.rsplit(":", 1)[0] if target.count(":") == 1 else target


def _one_line(problems: list[str]) -> str:
    return "; ".join(" ".join(problem.split()) for problem in problems)
