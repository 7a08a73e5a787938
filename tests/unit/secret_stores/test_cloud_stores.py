"""The stores of AWS, Google, Azure and 1Password, asked by their own libraries over the wire, with faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from agent.errors import ConfigurationError, UsageError
from agent.secret_stores import (
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
    move_secret,
    parse_reference,
    read_secret,
    require_writable,
)
from agent.settings.groups.operation import SecretsSettings
from agent.store.vault.sign_in_secrets import SignInSecrets
from tests.support.servers.certificates import issue
from tests.support.servers.secret_services import (
    AwsService,
    AzureService,
    ConnectService,
    GoogleService,
    SecretService,
    serving,
)

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "kept-elsewhere-1"
FIRST = json.dumps({"password": PASSWORD, "totp_secret": SEED})
Asked = tuple[str, SecretService, SecretsSettings]


@pytest.fixture
def google_file(tmp_path: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": pem}
    account |= {"client_email": "agent@p.iam.example", "client_id": "1", "token_uri": "http://127.0.0.1:1/token"}
    file = tmp_path / "google.json"
    file.write_text(json.dumps(account))
    file.chmod(0o600)
    return file


@pytest.fixture(params=["aws", "gcp", "azure", "op"])
def asked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """A reference, the service behind it with one version, and the settings that lead there."""
    with ExitStack() as stack:
        match request.param:
            case "aws":
                for name, value in (("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "of-the-test")):
                    monkeypatch.setenv(name, value)
                service: SecretService = AwsService([FIRST])
                service.address = stack.enter_context(serving(service))
                settings = SecretsSettings(aws_region="eu-west-1", aws_endpoint=service.address)
                yield "aws-sm://accounts/A1", service, settings
            case "gcp":
                service = GoogleService([FIRST])
                service.address = stack.enter_context(serving(service))
                file = request.getfixturevalue("google_file")
                yield "gcp-sm://p/A1", service, SecretsSettings(gcp_endpoint=service.address, gcp_credentials_file=file)
            case "azure":
                service, tls = AzureService([FIRST]), issue(tmp_path)
                service.address = stack.enter_context(serving(service, tls))
                identity = stack.enter_context(serving(AzureService()))  # its own, which the vault's faults leave alone
                monkeypatch.setenv("IDENTITY_ENDPOINT", f"{identity}/msi/token")
                monkeypatch.setenv("IDENTITY_HEADER", "of-the-test")
                yield (
                    "azure-kv://sellers/A1",
                    service,
                    SecretsSettings(azure_endpoint=service.address, ca_file=tls.ca_file),
                )
            case _:
                service = ConnectService([FIRST])
                service.address = stack.enter_context(serving(service))
                settings = SecretsSettings(op_address=service.address, op_token=SecretStr("of-the-test"))
                yield "op://sellers/A1", service, settings


def test_a_secret_is_read_in_its_newest_version(asked: Asked) -> None:
    ref, service, settings = asked
    first = read_secret(parse_reference(ref), settings)
    assert first.secrets.password.get_secret_value() == PASSWORD
    assert first.secrets.totp_secret.get_secret_value() == SEED
    service.versions.append(json.dumps({"password": "second", "totp_secret": SEED}))
    second = read_secret(parse_reference(ref), settings)
    assert second.secrets.password.get_secret_value() == "second"
    assert second.version != first.version


FAULTS: dict[str, type[StoreError]] = {
    **dict.fromkeys(("denied", "signed out", "deleted", "disabled"), StoreDeniedError),
    **dict.fromkeys(("throttled", "broken", "page", "half"), StoreUnavailableError),
}


def test_each_fault_has_its_code_and_is_asked_once_and_says_nothing_of_the_secret(asked: Asked) -> None:
    ref, service, settings = asked
    read_secret(parse_reference(ref), settings)
    for fault, error in FAULTS.items():
        service.fault, before = fault, len(service.asked)
        with pytest.raises(error) as told:
            read_secret(parse_reference(ref), settings)
        assert told.type is error, fault
        assert not any(each in str(told.value) for each in (PASSWORD, SEED, "of-the-test")), fault
        assert "\n" not in str(told.value)
        again = [each for each in service.asked[before:] if "token" not in each]
        # Azure's challenge comes first, 1Password's vault and item, and Google signs in anew twice after 401.
        assert len(again) <= (2 if ref.startswith(("aws", "azure")) else 3), f"{fault}: {again}"


def test_a_store_that_does_not_answer_in_time_or_at_all_is_unavailable(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, service, settings = asked
    module = {"aws": "aws_store", "gcp": "gcp_store", "azu": "azure_store", "op:": "op_store"}[ref[:3]]
    monkeypatch.setattr(f"agent.secret_stores.{module}.SECONDS", 0.3)
    service.fault = "slow"
    with pytest.raises(StoreUnavailableError):
        read_secret(parse_reference(ref), settings)
    setting = {"aws": "aws_endpoint", "gcp": "gcp_endpoint", "azu": "azure_endpoint", "op:": "op_address"}[ref[:3]]
    nowhere = settings.model_copy(update={setting: service.address.rpartition(":")[0] + ":1"})
    with pytest.raises(StoreUnavailableError):
        read_secret(parse_reference(ref), nowhere)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"password": "x"}', '{"password": "x", "totp_secret": "no"}'])
def test_half_a_secret_is_none(asked: Asked, text: str) -> None:
    ref, service, settings = asked
    if ref.startswith("op") and not text.startswith("{"):
        text = "{}"
    service.versions.append(text)
    with pytest.raises(StoreUnavailableError):
        read_secret(parse_reference(ref), settings)


def test_moving_a_secret_is_proven_by_reading_it_again(asked: Asked) -> None:
    ref, service, settings = asked
    mine = SignInSecrets(password=SecretStr("moved"), totp_secret=SecretStr(SEED))
    kept = move_secret(parse_reference(ref), mine, settings)
    assert kept.secrets == mine
    assert len(service.versions) == 2
    service.fault = "writes another"
    with pytest.raises(StoreUnavailableError):
        move_secret(parse_reference(ref), mine, settings)


def test_a_token_or_key_is_never_sent_in_plain_text_to_another_machine(asked: Asked) -> None:
    ref, _, settings = asked
    away = {"aws_endpoint": "http://10.0.0.1", "gcp_endpoint": "http://10.0.0.1", "azure_endpoint": "http://10.0.0.1",
            "op_address": "http://10.0.0.1"}  # fmt: skip
    with pytest.raises(ConfigurationError, match="https"):
        read_secret(parse_reference(ref), settings.model_copy(update=away))


def test_the_first_version_in_aws_makes_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    service = AwsService()
    with serving(service) as address:
        settings = SecretsSettings(aws_region="eu-west-1", aws_endpoint=address)
        mine = SignInSecrets(password=SecretStr("moved"), totp_secret=SecretStr(SEED))
        move_secret(parse_reference("aws-sm://accounts/A1"), mine, settings)
    assert service.asked[1] == "CreateSecret accounts/A1"


def test_one_member_of_a_secret_can_hold_the_two_and_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    arn = "aws-sm://arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellers-AbCdEf"
    with serving(AwsService([json.dumps({"A1": json.loads(FIRST), "A2": FIRST, "A3": "x"})])) as address:
        settings = SecretsSettings(aws_endpoint=address)
        for name in ("A1", "A2"):
            assert read_secret(parse_reference(f"{arn}#{name}"), settings).version
        for name in ("A3", "A4"):
            with pytest.raises(StoreUnavailableError):
                read_secret(parse_reference(f"{arn}#{name}"), settings)
    with pytest.raises(UsageError, match="read only"):
        require_writable(parse_reference(f"{arn}#A1"))


@pytest.mark.parametrize(
    "text",
    ["aws-sm://a:b", "aws-sm://arn:aws:s3:eu-west-1:123456789012:secret:x", "gcp-sm://project", "gcp-sm://p/a/b",
     "azure-kv://v", "azure-kv://v/a/b", "azure-kv://v:443/a", "op://vault", "op://vault/item/field", "op://vault/item#f",
     "exec://n/a#f", "aws-sm://", "s3://bucket/key", "aws-sm://a/../b", "aws-sm://a#b c"],
)  # fmt: skip
def test_what_is_no_reference_to_these_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_reference(text)


def test_a_vault_outside_azure_gets_no_token() -> None:
    with pytest.raises(ConfigurationError, match="expected a vault's name"):
        read_secret(parse_reference("azure-kv://vault.evil.example/A1"), SecretsSettings())


@pytest.fixture
def without() -> Iterator[Callable[[str], None]]:
    """Take a library away, as where its extra is not installed."""
    kept: dict[str, object] = {}

    def take(module: str) -> None:
        for name in [name for name in sys.modules if name.startswith("agent.secret_stores.aws")]:
            kept[name] = sys.modules.pop(name)
        kept.setdefault(module, sys.modules.get(module))
        sys.modules[module] = None  # type: ignore[assignment]

    yield take
    sys.modules.update({name: found for name, found in kept.items() if found is not None})  # type: ignore[misc]
    for name in [name for name, found in kept.items() if found is None]:
        sys.modules.pop(name, None)


def test_a_library_that_is_not_installed_is_named_with_its_extra(without: Callable[[str], None]) -> None:
    without("botocore.session")
    with pytest.raises(ConfigurationError, match=r"secondary-user\[aws\]"):
        read_secret(parse_reference("aws-sm://accounts/A1"), SecretsSettings(aws_region="eu-west-1"))


def test_no_library_of_a_store_is_imported_before_a_reference_names_it() -> None:
    code = (
        "import sys, agent.secret_stores, agent.visits.prepare, agent.cli.operation.vault; "
        "print([m for m in ('botocore', 'google.cloud', 'azure.core', 'onepasswordconnectsdk') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
