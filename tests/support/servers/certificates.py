"""Certificates for servers under test: a small authority, and what it signs."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """Files in PEM: the authority a client must trust, the server's certificate and its key."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def issue(folder: Path, *names: str, expired: bool = False) -> ServerCertificate:
    """Make an authority and a certificate for these names (default `localhost` and 127.0.0.1), or one that ran out
    yesterday.
    """
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Test authority")
    end = datetime.now(UTC) + timedelta(days=-1 if expired else 30)
    key_id = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    root = _builder(issuer, issuer, authority.public_key(), end).add_extension(key_id, critical=False)
    usage = x509.KeyUsage(
        False, False, False, False, False, True, True, False, False
    )  # signs certificates and revocations
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).add_extension(
        usage, critical=True
    )
    leaf = _builder(_name("Test server"), issuer, own.public_key(), end).add_extension(
        _alternatives(names), critical=False
    )
    leaf = leaf.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    folder.mkdir(parents=True, exist_ok=True)
    made = ServerCertificate(
        ca_file=folder / "ca.pem", certificate_file=folder / "server.pem", key_file=folder / "server.key"
    )
    made.ca_file.write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.certificate_file.write_bytes(leaf.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.key_file.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
    )


def _alternatives(names: tuple[str, ...]) -> x509.SubjectAlternativeName:
    general = [x509.DNSName(name) for name in names or ("localhost",)]
    return x509.SubjectAlternativeName(
        [*general, *([] if names else [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])]
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
