"""What may be set from outside, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from pydantic import BaseModel

from agent.errors import ConfigurationError
from agent.mail.context import mailboxes_of, policy_for
from agent.settings.hints import setting_paths
from agent.settings.load import load_settings
from agent.settings.model import Settings


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No .env of the checkout is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    import os

    for name, value in values.items():
        monkeypatch.setenv(f"SC_AGENT_{name}", value)
    return load_settings(os.environ)


def test_defaults_load_without_any_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).mail.idle_slice == 120


@pytest.mark.parametrize("text", ["INBOX, Junk", '["INBOX", "Junk"]'])
def test_a_list_is_json_or_comma_separated(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert load(monkeypatch, IMAP__FOLDERS=text).imap.folders == ["INBOX", "Junk"]


def test_a_servers_word_is_believed_only_if_the_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="MAIL__TRUSTED_AUTHSERV_IDS"):
        load(monkeypatch, MAIL__TRUST="authserv")
    assert load(monkeypatch, MAIL__TRUSTED_AUTHSERV_IDS="mx.users.example").mail.trusted_authserv_ids == [
        "mx.users.example"
    ]


def test_a_mailbox_may_believe_a_server_of_its_own(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    box = '[[mailboxes]]\nhost = "imap.users.example"\nusername = "u"\npassword = "p"\ntrust = "authserv"\n'
    (elsewhere / "agent.toml").write_text(box)
    with pytest.raises(ConfigurationError, match="MAIL__TRUSTED_AUTHSERV_IDS"):
        load(monkeypatch, CONFIG=str(elsewhere / "agent.toml"))
    (elsewhere / "agent.toml").write_text(box + 'trusted_authserv_ids = ["mx.users.example"]\n')
    settings = load(monkeypatch, CONFIG=str(elsewhere / "agent.toml"))
    policies = [policy_for(settings.mail, mailbox) for mailbox in (None, *mailboxes_of(settings))]
    assert [(policy.authserv, policy.trusted_authserv_ids) for policy in policies] == [
        (False, ()),
        (True, ("mx.users.example",)),
    ]


def numbers(*endings: str, kinds: tuple[type, ...] = (float, int)) -> list[str]:
    """The names of all settings that are a number, and end so."""
    found = []
    for path in setting_paths():
        model: type[BaseModel] = Settings
        for part in path[:-1]:
            model = cast("type[BaseModel]", model.model_fields[part].annotation)
        if model.model_fields[path[-1]].annotation in kinds and path[-1].endswith(endings or ("",)):
            found.append("__".join(path).upper())
    return found


@pytest.mark.parametrize("name", numbers(kinds=(float,)))
@pytest.mark.parametrize("text", ["inf", "nan", "1e300"])
def test_a_time_without_end_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    if text == "1e300" and name == "WEB__REQUESTS_PER_SECOND":
        return  # a rate, no time
    with pytest.raises(ConfigurationError, match=f"SC_AGENT_{name}"):
        load(monkeypatch, **{name: text})


@pytest.mark.parametrize("name", numbers("_days"))
def test_days_beyond_all_dates_are_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"SC_AGENT_{name}.*expected at most 36500"):
        load(monkeypatch, **{name: "1000000000"})


def test_enough_numbers_are_tried() -> None:
    assert len(numbers(kinds=(float,))) > 25
    assert {"OBSERVE__JOURNAL_DAYS", "AUDIT__STALE_AFTER_DAYS", "MAIL__RETENTION_DAYS"} < set(numbers("_days"))


def test_a_misspelt_variable_is_an_error_that_names_the_near_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="SC_AGENT_DATADIR is not a setting; did you mean SC_AGENT_DATA_DIR"):
        load(monkeypatch, DATADIR="x")


def test_a_misspelt_nested_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="SC_AGENT_IMAP__HOTS is not a setting"):
        load(monkeypatch, IMAP__HOTS="x")


def test_a_misspelt_name_in_the_env_file_is_an_error(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    (elsewhere / "a.env").write_text("SC_AGENT_DATADIR=x\n")
    with pytest.raises(ConfigurationError, match=r"SC_AGENT_DATADIR is not a setting"):
        load(monkeypatch, ENV_FILE=str(elsewhere / "a.env"))


def test_the_env_file_may_hold_other_programs_variables(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    (elsewhere / "a.env").write_text("EDITOR=vi\nSC_AGENT_DATA_DIR=here\n")
    assert load(monkeypatch, ENV_FILE=str(elsewhere / "a.env")).data_dir == Path("here")


def test_the_environment_wins_over_the_toml_file(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    (elsewhere / "agent.toml").write_text(
        'data_dir = "from-file"\n[imap]\nhost = "imap.users.example"\nusername = "u"\n'
    )
    settings = load(monkeypatch, CONFIG=str(elsewhere / "agent.toml"), DATA_DIR="from-environment")
    assert (settings.data_dir, settings.imap.host) == (Path("from-environment"), "imap.users.example")


@pytest.mark.parametrize(
    ("text", "expected"), [("not toml", "not valid TOML"), ('unknown = "x"', "agent.toml: unknown is not a setting")]
)
def test_a_bad_toml_file_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path, text: str, expected: str
) -> None:
    (elsewhere / "agent.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=expected):
        load(monkeypatch, CONFIG=str(elsewhere / "agent.toml"))


def test_a_missing_toml_file_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml, which cannot be read"):
        load(monkeypatch, CONFIG="nowhere.toml")


def test_a_wrong_value_is_told_by_what_was_expected_and_never_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as alone, pytest.raises(ConfigurationError) as caught:
        load(alone, IMAP__HOST="h", IMAP__PORT="hunter2-not-a-port")
    assert "SC_AGENT_IMAP__PORT" in str(caught.value)
    assert str(caught.value) == "SC_AGENT_IMAP__PORT: a whole number was expected"
    for name, value, words in (
        ("WORK__TICK", "soon", "a number was expected"),
        ("BROWSER__HEADLESS", "maybe", "true or false was expected"),
        ("BROWSER__CONTEXTS", "65", "expected at most 64"),
        ("WORK__TICK", "-1", "expected more than 0"),
        ("IMAP__TLS", "some", "expected 'implicit', 'starttls' or 'none'"),
    ):
        with monkeypatch.context() as alone, pytest.raises(ConfigurationError) as caught:
            load(alone, **{name: value})
        assert str(caught.value) == f"SC_AGENT_{name}: {words}"


def test_plain_text_mailboxes_are_for_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="loopback only"):
        load(monkeypatch, IMAP__HOST="imap.users.example", IMAP__USERNAME="u", IMAP__TLS="none")
    assert load(monkeypatch, IMAP__HOST="127.0.0.1").imap.host == "127.0.0.1"


@pytest.mark.parametrize(
    "rules",
    [
        "MAP * 127.0.0.1:8443",
        "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "MAP sellercentral.amazon.com 127.0.0.1:1, MAP * ~NOTFOUND",
        "MAP * [::1]:8443",
    ],
)
def test_resolver_rules_to_loopback_make_a_rehearsal(monkeypatch: pytest.MonkeyPatch, rules: str) -> None:
    assert load(monkeypatch, BROWSER__HOST_RESOLVER_RULES=rules, BROWSER__TRUSTED_SPKI="aGFzaA==").is_rehearsal


@pytest.mark.parametrize(
    "rules",
    [
        "MAP * 203.0.113.9:443",
        "MAP * evil.example",
        "MAP * 127.0.0.1, MAP a.example 10.0.0.1",
        "MAP * 127.0.0.1.evil.example",
    ],
)
def test_a_resolver_rule_that_leaves_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch, rules: str) -> None:
    with pytest.raises(ConfigurationError, match="leads off this machine"):
        load(monkeypatch, BROWSER__HOST_RESOLVER_RULES=rules, BROWSER__TRUSTED_SPKI="aGFzaA==")


def test_a_pin_without_resolver_rules_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="for rehearsal only"):
        load(monkeypatch, BROWSER__TRUSTED_SPKI="aGFzaA==")


@pytest.mark.parametrize(
    ("endpoint", "is_fine"),
    [
        ("http://127.0.0.1:9222", True),
        ("ws://[::1]:3000/browser", True),
        ("wss://browser.example/x", True),
        ("http://192.0.2.1:9222", False),
        ("ws://browser.example:3000/x", False),
    ],
)
def test_a_browser_elsewhere_is_never_reached_in_plain_text(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, *, is_fine: bool
) -> None:
    monkeypatch.setenv("SC_AGENT_BROWSER__ENDPOINT", endpoint)
    if is_fine:
        assert load_settings().browser.endpoint == endpoint
    else:
        with pytest.raises(ConfigurationError, match="plain text"):
            load_settings()


@pytest.mark.parametrize(
    "also", ["HOST_RESOLVER_RULES=MAP * 127.0.0.1:1", "ENDPOINT=wss://browser.example/x", "PROXY=corp:s3cret-word"]
)
def test_a_proxy_is_for_production_s_own_browser_and_has_to_be_one(monkeypatch: pytest.MonkeyPatch, also: str) -> None:
    monkeypatch.setenv("SC_AGENT_BROWSER__PROXY", "http://agent:s3cret-word@proxy.example:3128")
    monkeypatch.setenv("SC_AGENT_BROWSER__" + also.partition("=")[0], also.partition("=")[2])
    with pytest.raises(ConfigurationError, match="BROWSER__PROXY") as caught:
        load_settings()
    assert "s3cret-word" not in str(caught.value)


def test_two_vault_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="only one of SC_AGENT_VAULT_KEY"):
        load(monkeypatch, VAULT_KEY="x", VAULT_KEY_FILE="y")


def test_a_production_setup_is_not_a_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load(monkeypatch).is_rehearsal


def test_somebody_else_s_data_directory_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / ".env"))

    monkeypatch.setattr("agent.settings.load.env_file", refused)
    with pytest.raises(ConfigurationError, match="cannot be read by this user; run as the user that made it"):
        load_settings({"SC_AGENT_DATA_DIR": str(tmp_path)})
