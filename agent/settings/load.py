"""Load the settings and refuse, in one clear line each, what cannot be meant."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_settings import SettingsError

from agent.errors import ConfigurationError
from agent.settings.files import env_file, require_believed, require_files, value_of
from agent.settings.groups.mailbox import MailTrust, Tls
from agent.settings.hints import env_name, hint, stands_in, toml_name
from agent.settings.model import PREFIX, Settings
from agent.settings.own_secrets import with_password_of_environment
from agent.settings.plain_words import plain
from agent.settings.text_forms import is_listenable, parse_dns_server, parse_hours
from flows import is_loopback, is_safe_endpoint, parse_proxy

_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
_RULE = re.compile(r"^(MAP\s+(?P<pattern>\S+)\s+(?P<target>\S+)|EXCLUDE\s+\S+)$", re.IGNORECASE)


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read environment, the file of variables that is believed, and the TOML file.

    Raises:
        ConfigurationError: a name is misspelt, a value is not understood, or two settings contradict each other.
    """
    in_file, file = _config_file(environment), Path(value_of(environment, "CONFIG") or "").name
    variables, given = _variables(environment, in_file)
    problems = [*_unknown_names({*environment, *given}, in_file, file), *_only_in_environment(given, environment)]
    try:
        settings = Settings(_env_file=variables)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as err:
        problems += [_describe(error["loc"], error["msg"], in_file, file) for error in err.errors()]
        raise ConfigurationError(_one_line(problems)) from err
    except (SettingsError, ValueError, UnicodeDecodeError) as err:
        raise ConfigurationError(_one_line([*problems, str(err)])) from err
    problems += [*_contradictions(settings), *require_files(settings)]
    if problems:
        raise ConfigurationError(_one_line(problems))
    return with_password_of_environment(settings, environment)


def _variables(environment: Mapping[str, str], in_file: Mapping[str, Any]) -> tuple[Path | None, Mapping[str, Any]]:
    """The file of variables and what it gives.

    It is looked at before it is read, and so is the directory it lies in.
    """
    data_dir = Path(
        value_of(environment, "DATA_DIR") or str(in_file.get("data_dir", Settings.model_fields["data_dir"].default))
    )
    try:
        path = env_file(environment, data_dir)
    except PermissionError as err:
        raise ConfigurationError(
            f"{err.filename} cannot be read by this user; run as the user that made it, or set SC_AGENT_DATA_DIR"
        ) from err
    if path is None:
        return None, {}
    if path.parent == data_dir:
        require_believed(data_dir, what="the data directory")
    require_believed(path, what="the file of variables")
    try:
        _require_lines(path)
        return path, dotenv_values(path)
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigurationError(f"the file of variables {path} cannot be read ({type(err).__name__})") from err


def _require_lines(path: Path) -> None:
    """Refuse a file of variables with a line that its parser would pass over.

    Raises:
        ConfigurationError: a line is no `NAME=VALUE`; never what stands there.
    """
    with path.open(encoding="utf-8") as lines:
        wrong = [each.original.line for each in parse_stream(lines) if each.error or (each.key and each.value is None)]
    if wrong:
        raise ConfigurationError(
            f"the file of variables {path}, line {wrong[0]}: expected NAME=VALUE; correct the line"
        )


def _only_in_environment(given: Iterable[str], environment: Mapping[str, str]) -> Iterator[str]:
    """What says which files are read cannot stand in such a file."""
    is_named = value_of(environment, "ENV_FILE") is not None
    for name in ("CONFIG", "ENV_FILE", *(() if is_named else ("DATA_DIR",))):
        if PREFIX + name in {each.upper() for each in given}:
            yield f"{PREFIX}{name} cannot be set in the file of variables; set it in the environment"


def _unknown_names(names: Iterable[str], in_file: Mapping[str, Any], file: str) -> Iterator[str]:
    """pydantic-settings ignores a misspelt variable; we do not."""
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(names):
        path = name.upper().removeprefix(PREFIX).split("__")
        if name.upper().startswith(PREFIX) and path[0] not in known | {"CONFIG", "ENV_FILE"}:
            yield f"{name.upper()} is not a setting{hint(path)}"
    for key in sorted(in_file):
        if key.upper() not in known:
            told = f"[{key}]" if isinstance(in_file[key], dict) else key
            yield f"{file}: {told} is not a setting{hint([key], in_file=True)}"


def _config_file(environment: Mapping[str, str]) -> dict[str, Any]:
    name = value_of(environment, "CONFIG")
    if not name:
        return {}
    require_believed(Path(name), what=f"{PREFIX}CONFIG")
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigurationError(
            f"{PREFIX}CONFIG names {name}, which cannot be read ({err.strerror}); correct the path"
        ) from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        place = re.search(r"at line \d+, column \d+|at end of document", str(err))  # never what stands there
        raise ConfigurationError(
            f"{name} is not valid TOML ({place[0] if place else 'not UTF-8'}); correct the file"
        ) from err


def _describe(location: tuple[int | str, ...], message: str, in_file: Mapping[str, Any], file: str) -> str:
    path = [str(part) for part in location]
    is_of_file = stands_in(in_file, path)
    name = f"{file}: {toml_name(*path)}" if is_of_file else env_name(*path)
    if message.startswith("Extra inputs"):
        return f"{name} is not a setting{hint(path, in_file=is_of_file)}"
    message = plain(message.removeprefix("Value error, "))
    return f"{name}: {message[:1].lower()}{message[1:]}"


def _contradictions(settings: Settings) -> Iterator[str]:
    yield from _rehearsal_problems(settings)
    yield from _browser_problems(settings)
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
            f"{env_name('mail', 'trusted_authserv_ids')}, for example to mx.example.com, or to "
            "protection.outlook.com for Microsoft 365"
        )
    for server in settings.mail.dns_servers:
        if not _is_read_by(parse_dns_server, server):
            yield f"{env_name('mail', 'dns_servers')}: expected address:port, for example 127.0.0.1:53"
    if (problem := settings.vault_key_problem) is not None:
        yield problem
    yield from _web_problems(settings)
    if (metrics := settings.observe.http_address) is not None and not is_listenable(metrics):
        yield f"{env_name('observe', 'http_address')}: expected address:port, for example 127.0.0.1:9464"
    if (hours := settings.work.quiet_hours) is not None and not _is_read_by(parse_hours, hours):
        yield f'{env_name("work", "quiet_hours")}: expected two times of day (UTC), for example "22:00-06:00"'
    if settings.audit.policy_file and not settings.audit.policy_file.is_file():
        yield f"{env_name('audit', 'policy_file')}: {settings.audit.policy_file} is not a file"


def _web_problems(settings: Settings) -> Iterator[str]:
    """An address that others can reach needs TLS, here or in front."""
    web, name = settings.web, env_name("web", "address")
    host = web.address.rpartition(":")[0]
    if not is_listenable(web.address):
        yield f"{name}: expected address:port, for example 127.0.0.1:8480"
    elif not is_loopback(host) and not web.tls_cert_file and not web.behind_proxy:
        yield (
            f"{name} {web.address} can be reached from other machines and needs TLS: set "
            f"{env_name('web', 'tls_cert_file')} and {env_name('web', 'tls_key_file')}, or "
            f"{env_name('web', 'behind_proxy')} where a proxy ends TLS"
        )
    if settings.webhooks.allow_loopback and not settings.is_rehearsal:
        yield (
            f"{env_name('webhooks', 'allow_loopback')} is for rehearsal only; name private networks in "
            f"{env_name('webhooks', 'allowed_networks')}"
        )
    if (ca_file := settings.webhooks.ca_file) and not ca_file.is_file():
        yield f"{env_name('webhooks', 'ca_file')}: {ca_file} is not a file"
    if (web.tls_cert_file is None) != (web.tls_key_file is None):
        yield f"{env_name('web', 'tls_cert_file')} and {env_name('web', 'tls_key_file')} belong together; set both"
    if web.public_url is not None and not _PUBLIC_URL.fullmatch(web.public_url):
        yield f"{env_name('web', 'public_url')}: expected scheme and host, for example https://agent.example"
    for origin in web.embed_origins:
        if not _PUBLIC_URL.fullmatch(origin) or origin.endswith("/"):
            yield f"{env_name('web', 'embed_origins')}: expected origins such as https://platform.example"


def _rehearsal_problems(settings: Settings) -> Iterator[str]:
    """A pin is trusted only where every name leads to this machine (decision 12)."""
    rules = settings.browser.host_resolver_rules
    if settings.browser.trusted_spki and not rules:
        yield (
            f"{env_name('browser', 'trusted_spki')} is for rehearsal only and needs "
            f"{env_name('browser', 'host_resolver_rules')}"
        )
    if rules is None:
        return
    for rule in filter(None, (part.strip() for part in rules.split(","))):
        match = _RULE.match(rule)
        if match is None:
            yield (
                f"{env_name('browser', 'host_resolver_rules')}: '{rule}' is no rule (MAP <pattern> <target> or "
                "EXCLUDE <pattern>)"
            )
        elif (target := match["target"]) and target.upper() != "~NOTFOUND" and not is_loopback(_without_port(target)):
            yield (
                f"{env_name('browser', 'host_resolver_rules')}: '{rule}' leads off this machine; rehearsal rules "
                "map to loopback only"
            )


def _browser_problems(settings: Settings) -> Iterator[str]:
    """Passwords go through the connection to a browser elsewhere.

    A proxy is production's own browser's.
    """
    endpoint, proxy = settings.browser.endpoint, settings.browser.proxy
    if endpoint is not None and not is_safe_endpoint(endpoint):
        yield (
            f"{env_name('browser', 'endpoint')} leads off this machine in plain text; use wss:// or https://, or a "
            "tunnel to loopback"
        )
    if proxy is None:
        return
    try:
        parse_proxy(proxy.get_secret_value())
    except ValueError as err:
        yield f"{env_name('browser', 'proxy')}: {err}"
    if settings.is_rehearsal:
        yield f"{env_name('browser', 'proxy')} is for production only; a rehearsal stays on this machine"
    if endpoint is not None:
        yield (
            f"{env_name('browser', 'proxy')} is for our own browser, and {env_name('browser', 'endpoint')} names "
            "another; remove one"
        )


def _is_read_by(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _without_port(target: str) -> str:
    if target.startswith("["):
        return target.split("]")[0] + "]"
    return target.rsplit(":", 1)[0] if target.count(":") == 1 else target


def _one_line(problems: list[str]) -> str:
    return "; ".join(" ".join(problem.split()) for problem in problems)
