"""The catalogue's schema: what is wrong is named with file and key.

No selector lives in Python.
"""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from flows.catalogue.load import load_catalogue
from flows.catalogue.phrases import WordSet
from flows.data_files import selectors_root
from flows.errors import CatalogueError

ROOT = selectors_root()
FLOWS = Path(__file__).parents[4] / "flows"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A catalogue that may be broken."""
    return Path(shutil.copytree(ROOT, tmp_path / "selectors"))


def test_the_shipped_catalogue_is_whole() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.screens) >= 45
    assert all(screen.source and screen.last_verified for screen in catalogue.screens.values())


def test_selectors_is_data_and_no_package() -> None:
    assert not list(ROOT.rglob("*.py"))


LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pl", "sv", "tr", "pt", "ja", "zh", "ar"}
IN_ENGLISH_ALONE = {"edge_refusal", "edge_check"}  # the networks before the site speak no other language
OF_THE_SERVER = {"throttled", "bad_request", "captcha_title"}  # words of a server, not of a page that was translated


def test_sign_in_registration_invitations_and_pages_are_known_in_each_language_of_the_marketplaces() -> None:
    lacking = []
    for path in [*ROOT.glob("*.toml"), *(ROOT / "registration").glob("*.toml"), *(ROOT / "shared").glob("*.toml")]:
        if path.stem in {*IN_ENGLISH_ALONE, "learning", "permissions_own"}:
            continue
        texts = tomllib.loads(path.read_text("utf-8")).get("texts", {})
        lacking += [
            f"{path.stem}.{name}: {LANGUAGES - {*words}}"
            for name, words in texts.items()
            if name not in OF_THE_SERVER and LANGUAGES - {*words}
        ]
    assert not lacking


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('screen = "password"', 'screen = "passwort"', "password.toml: screen: is 'passwort'"),
        ("order = 165", 'order = "late"', "password.toml: order:"),
        ('kind = "flow"', 'kind = "guess"', "password.toml: handling.kind:"),
        (
            'all = ["one_password", "password_action"]',
            'all = ["one_pasword"]',
            "password.toml: claims.field_and_action: there is no sign 'one_pasword'",
        ),
        ('names = "go_on"', 'names = "go_off"', "password.toml: elements.submit: there is no words 'go_off'"),
        ('avoid = "not_on_sign_in"', "many = 3", "password.toml: elements.submit.many:"),
        ("[signs]", "[texts.change]\nde = []\n\n[signs]", "password.toml: texts.change"),
        ("[signs]", "[sings]", "password.toml: sings:"),
        ("[handling]", "[handling", "password.toml:"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(copy: Path, old: str, new: str, said: str) -> None:
    file = copy / "password.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(copy)
    assert said in str(caught.value)


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no catalogue files"):
        load_catalogue(tmp_path)


def test_a_name_in_two_shared_files_is_an_error(copy: Path) -> None:
    (copy / "shared" / "zz.toml").write_text('[texts.go_on]\nen = ["on"]\n', "utf-8")
    with pytest.raises(CatalogueError, match=r"shared/zz.toml: texts: go_on stands in another shared file"):
        load_catalogue(copy)


def test_flows_hold_no_selectors() -> None:
    css = re.compile(r"^#[a-z][\w-]+|^[a-z-]*\[[a-z-]+[~^$*|]?=|^\.[a-z]+-[\w-]+$|^kat-|:visible|^xpath=")
    found = {
        f"{file.name}: {node.value}"
        for file in FLOWS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and css.search(node.value)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("expired", "this invitation has expired.", True),
        ("expired", "unexpired", False),
        ("accept", "acceptable", False),
        ("期限切れ", "この招待は期限切れです", True),
        ("can't find", "we can't find it", True),
    ],
)
def test_words_stand_for_themselves_only(phrase: str, text: str, stands: bool) -> None:
    assert (WordSet({"en": (phrase,)}).find(text) is not None) == stands
