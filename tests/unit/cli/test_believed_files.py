"""Files are believed by owner and mode, not by place.

A rehearsal's leftovers stop a production; secrets in addresses.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.errors import ConfigurationError
from agent.observe.evidence_retention import forget_evidence
from agent.settings.files import readable_secrets, require_believed
from agent.settings.groups.mailbox import ImapSettings, MailSettings, Tls
from agent.settings.load import load_settings
from agent.settings.model import Settings
from agent.settings.own_secrets import database_secrets, forget_environment, secret_values, with_password_of_environment

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.upper().startswith("SC_AGENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(monkeypatch: pytest.MonkeyPatch, **given: object) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(f"SC_AGENT_{name}", str(value))
    return load_settings()


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


EVIL = "SC_AGENT_BROWSER__EXECUTABLE=/bin/sh\n"


def test_the_env_file_of_the_current_directory_is_not_read(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    write(elsewhere / ".env", EVIL)
    assert load(monkeypatch).browser.executable is None


def test_the_env_file_of_the_data_directory_is_read_and_may_not_move_it(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    write(elsewhere / "kept" / ".env", EVIL)
    assert load(monkeypatch, DATA_DIR="kept").browser.executable == Path("/bin/sh")
    write(elsewhere / "kept" / ".env", "SC_AGENT_DATA_DIR=elsewhere\n")
    with pytest.raises(ConfigurationError, match="SC_AGENT_DATA_DIR cannot be set"):
        load(monkeypatch)


def test_a_named_env_file_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="ENV_FILE"):
        load(monkeypatch, ENV_FILE="none.env")


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
@pytest.mark.parametrize(
    "name", ["ENV_FILE", "CONFIG", "VAULT_KEY_FILE", "IMAP__CA_FILE", "AUDIT__POLICY_FILE", "BROWSER__EXECUTABLE"]
)
def test_a_file_that_others_can_write_is_refused(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path, name: str, mode: int
) -> None:
    write(elsewhere / "file", "", mode)
    with pytest.raises(ConfigurationError, match="written by others"):
        load(monkeypatch, **{name: elsewhere / "file"})


@only_root
@pytest.mark.parametrize("name", ["ENV_FILE", "CONFIG", "VAULT_KEY_FILE", "WEBHOOKS__CA_FILE"])
def test_a_file_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch, elsewhere: Path, name: str) -> None:
    os.chown(write(elsewhere / "file", ""), NOBODY, NOBODY)
    with pytest.raises(ConfigurationError, match="belongs to user"):
        load(monkeypatch, **{name: elsewhere / "file"})


@only_root
def test_a_file_in_a_directory_of_another_user_is_refused(elsewhere: Path) -> None:
    file = write(elsewhere / "theirs" / "inner" / "file", "")
    os.chown(elsewhere / "theirs", NOBODY, NOBODY)
    with pytest.raises(ConfigurationError, match="in its place"):
        require_believed(file, what="a file")


@only_root
def test_a_link_of_another_user_is_refused(elsewhere: Path) -> None:
    write(elsewhere / "file", "")
    (elsewhere / "link").symlink_to(elsewhere / "file")
    os.lchown(elsewhere / "link", NOBODY, NOBODY)
    with pytest.raises(ConfigurationError, match="belongs to user"):
        require_believed(elsewhere / "link", what="a file")


def test_a_directory_that_everybody_can_write_is_no_place_unless_it_is_sticky(elsewhere: Path) -> None:
    file = write(elsewhere / "open" / "file", "")
    (elsewhere / "open").chmod(0o777)
    with pytest.raises(ConfigurationError, match="in its place"):
        require_believed(file, what="a file")
    (elsewhere / "open").chmod(0o1777)
    require_believed(file, what="a file")


def test_a_data_directory_that_others_can_write_is_refused(elsewhere: Path) -> None:
    (elsewhere / "data").mkdir()
    (elsewhere / "data").chmod(0o770)
    with pytest.raises(ConfigurationError, match="written by others"):
        require_believed(elsewhere / "data", what="the data directory")


def test_secrets_that_others_can_read_are_named(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    key = write(elsewhere / "key", "", 0o644)
    harmless = write(elsewhere / "a.toml", 'data_dir = "x"\n', 0o644)
    assert readable_secrets(load(monkeypatch, VAULT_KEY_FILE=key, CONFIG=harmless)) == [key]
    telling = write(elsewhere / "a.toml", '[imap]\npassword = "x"\n', 0o644)
    key.chmod(0o600)
    assert readable_secrets(load(monkeypatch)) == [telling]


def test_a_file_that_is_no_toml_is_told_by_its_place_alone(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 1, column") as told:
        load(monkeypatch, CONFIG=write(elsewhere / "a.toml", "hunter2-S3cret hunter2-S3cret\n"))
    assert "hunter2" not in str(told.value)


def test_links_are_not_followed_when_evidence_is_deleted(elsewhere: Path) -> None:
    outside = write(elsewhere / "outside" / "visit" / "file", "kept").parent.parent
    (elsewhere / "data" / "evidence" / "A2").mkdir(parents=True)
    (elsewhere / "data" / "evidence" / "A1").symlink_to(outside)
    (elsewhere / "data" / "evidence" / "A2" / "v").symlink_to(outside / "visit")
    late = datetime(2100, 1, 1, tzinfo=UTC)
    assert forget_evidence(elsewhere / "data" / "evidence", before=late, bytes_per_account=0) == 0
    assert (outside / "visit" / "file").read_text() == "kept"


DATABASES = [
    "postgresql://u:S3cret-T@h/db",
    "postgresql://u@h/db?password=S3cret-T",
    "postgresql://u@h/db?connect_timeout=5&sslpassword=S3cret-T&sslkey=/k",
    "host=h password=S3cret-T dbname=db",
    "host=h password='S3cret-T' dbname=db",
    "postgresql://u@h/db?PASSWORD=S3cret%2DT",
]


@pytest.mark.parametrize("url", DATABASES)
def test_the_password_of_a_database_is_a_secret_in_every_form(url: str) -> None:
    settings = Settings(database_url=url)
    assert "S3cret-T" in {value.get_secret_value() for value in secret_values(settings)}
    environment = {"SC_AGENT_DATABASE_URL": url, "PGPASSWORD": "S3cret-T", "PATH": "/bin"}
    forget_environment(settings, environment)
    assert environment == {"PATH": "/bin"}


def test_an_address_without_a_secret_has_none() -> None:
    assert database_secrets("postgresql://u@h/db?passfile=/home/u/.pgpass&sslmode=require") == set()


def test_the_password_that_the_driver_would_read_is_kept_for_it() -> None:
    settings = with_password_of_environment(Settings(database_url="postgresql://u@h/db"), {"PGPASSWORD": "a&b c"})
    assert settings.database_url == "postgresql://u@h/db?password=a%26b%20c"
    assert "a&b c" in database_secrets(settings.database_url)


@pytest.mark.parametrize(
    ("dns", "tls", "signs"),
    [
        (["127.0.0.1:5353"], Tls.IMPLICIT, 1),
        (["[::1]:5353"], Tls.IMPLICIT, 1),
        (["127.0.0.2:5353"], Tls.IMPLICIT, 1),
        (["[::ffff:127.0.0.1]:5353"], Tls.IMPLICIT, 1),
        (["0.0.0.0:5353"], Tls.IMPLICIT, 1),
        (["192.0.2.1:53", "127.0.0.1:5353"], Tls.IMPLICIT, 1),
        (["127.0.0.1:53"], Tls.IMPLICIT, 0),
        (["127.0.0.1"], Tls.IMPLICIT, 0),
        (["192.0.2.1:5353"], Tls.IMPLICIT, 0),
        ([], Tls.NONE, 1),
        (["127.0.0.1:5353"], Tls.NONE, 2),
    ],
)
def test_what_only_a_rehearsal_has_counts_for_the_stamp(dns: list[str], tls: Tls, signs: int) -> None:
    imap = ImapSettings(host="127.0.0.1", username="u", tls=tls)
    settings = Settings(mail=MailSettings(dns_servers=dns), imap=imap)
    assert (len(settings.rehearsal_signs), settings.is_rehearsal) == (signs, signs > 0)
