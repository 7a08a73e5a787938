"""The configuration of a Dovecot under test."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from tests.support.mail.tokens import TokenIssuer
from tests.support.servers.certificates import ServerCertificate
from tests.support.servers.unpacked import Unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Folders and ports of one server."""

    home: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int

    @property
    def base(self) -> Path:
        """Where its sockets and its pid are."""
        return self.home / "base"

    @property
    def log(self) -> Path:
        """Its log."""
        return self.home / "log"

    @property
    def mail(self) -> Path:
        """One folder a mailbox."""
        return self.home / "mail"


def write(
    layout: Layout,
    server: Unpacked,
    *,
    password: str,
    tls: ServerCertificate | None,
    oauth: TokenIssuer | None,
    extra: str = "",
) -> Path:
    """Write the configuration files and return the main one."""
    parts = [_paths(layout, server), _users(layout, password), _services(layout, secure=tls is not None)]
    parts.append(_tls(tls) if tls else "ssl = no\n")
    parts.append(_oauth(layout, oauth) if oauth else "auth_mechanisms = plain login\n")
    path = layout.home / "dovecot.conf"
    path.write_text("\n".join([*parts, extra]))
    return path


def mail_owner() -> tuple[int, int]:
    """Whom the mail belongs to: never root, whom Dovecot refuses."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _paths(layout: Layout, server: Unpacked) -> str:
    lines = [
        "protocols = imap lmtp",
        "listen = 127.0.0.1",
        f"base_dir = {layout.base}",
        f"state_dir = {layout.home}/state",
        f"log_path = {layout.log}",
        f"mail_location = maildir:{layout.mail}/%u/Maildir",
        "mail_max_userip_connections = 200",
        "disable_plaintext_auth = no",
        "first_valid_uid = 1",
        "namespace inbox {\n  inbox = yes\n  mailbox Junk {\n    auto = create\n    special_use = \\Junk\n  }\n}",
    ]
    if not server.installed:
        libexec = server.root / "usr/lib/dovecot"
        lines += [
            f"libexec_dir = {libexec}",
            f"mail_plugin_dir = {libexec}/modules",
            f"login_plugin_dir = {libexec}/modules/login",
        ]
        lines.append(f"import_environment = TZ LD_LIBRARY_PATH={server.library_path}")
    return "\n".join(lines) + "\n"


def _users(layout: Layout, password: str) -> str:
    """Every user exists, each with a mailbox of its own."""
    uid, gid = mail_owner()
    internal, group, login = (
        ("daemon", "daemon", "nobody") if os.geteuid() == 0 else (_me(), grp.getgrgid(os.getegid()).gr_name, _me())
    )
    return (
        f"default_internal_user = {internal}\ndefault_internal_group = {group}\ndefault_login_user = {login}\n"
        f"passdb {{\n  driver = static\n  mechanisms = plain login\n  args = password={password}\n}}\n"
        f"userdb {{\n  driver = static\n  args = allow_all_users=yes uid={uid} gid={gid} home={layout.mail}/%u\n}}\n"
    )


def _me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _services(layout: Layout, *, secure: bool) -> str:
    """Nothing is locked into a folder of its own, and a wrong password costs the next one no time."""
    return (
        f"service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {layout.imap_port}\n  }}\n"
        f"  inet_listener imaps {{\n    port = {layout.imaps_port if secure else 0}\n    ssl = "
        f"{'yes' if secure else 'no'}\n  }}\n}}\nservice lmtp {{\n  inet_listener lmtp {{\n    port = "
        f"{layout.lmtp_port}\n  }}\n}}\n"
        "service anvil {\n  chroot =\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"
        "service stats {\n  chroot =\n}\n"
        "auth_failure_delay = 0\n"
    )


def _tls(tls: ServerCertificate) -> str:
    return f"ssl = yes\nssl_cert = <{tls.certificate_file}\nssl_key = <{tls.key_file}\n"


def _oauth(layout: Layout, issuer: TokenIssuer) -> str:
    """Tokens are checked against a key on disk, by nobody else."""
    keys = layout.home / "keys" / "default" / "RS256"
    keys.mkdir(parents=True, exist_ok=True)
    (keys / "default").write_bytes(issuer.public_pem)
    settings = layout.home / "oauth2.conf"
    settings.write_text(
        "introspection_mode = local\n"
        f"local_validation_key_dict = fs:posix:prefix={layout.home}/keys/\n"
        f"username_attribute = email\nscope = {issuer.scope}\nissuers = {issuer.issuer}\n"
    )
    return (
        "auth_mechanisms = plain login xoauth2 oauthbearer\n"
        f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {settings}\n}}\n"
    )
