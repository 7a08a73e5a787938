"""What a document names in code type is there: files, settings, classes, targets of make; and what it links to."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from agent.settings.hints import env_name, setting_paths
from agent.settings.model import PREFIX
from tests.unit.project.test_glossary import classes

ROOT = Path(__file__).resolve().parents[4]
FOLDERS = ("agent", "flows", "fixtures", "selectors", "tests", "scripts", "docs")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(file for room in FOLDERS for file in (ROOT / room).rglob("*.md"))])
ENDINGS = (".py", ".pyi", ".js", ".toml", ".md", ".j2", ".html", ".json", ".yaml")
# What the program or a person makes, and files of a recording or a page's case, which have their folder's names.
MADE = {
    "accounts.json", "audit.json", "bench.json", "cases.toml", "exchanges.json", "expected.json", "explained.html",
    "failure.html", "failure.json", "grid-libraries.md", "policy.toml", "recording.json", "session.json",
}  # fmt: skip
FROM_OUTSIDE = {"CONFIG", "ENV_FILE"}  # where settings are read from
OTHERS = {
    "CreateSecret",
    "PutSecretValue",
    "InsightsReadable",
    "PageOptions",
}  # of other programs, a condition, the stand-in


@cache
def places() -> frozenset[str]:
    """Each file and folder, and each of its names from any folder above it on."""
    found = set()
    for room in FOLDERS:
        for place in [ROOT / room, *(ROOT / room).rglob("*")]:
            parts = place.relative_to(ROOT).parts
            if "__pycache__" not in parts:
                found |= {"/".join(parts[at:]) for at in range(len(parts))}
    return frozenset(found | {file.name for file in ROOT.iterdir()})


def quoted(document: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"`([^`\s]+)`", text)


def is_file(name: str) -> bool:
    if re.search(r"[<>*:?{}$=,]|^[/~.]|\.\.\.|[A-Z]{2,}/", name) or name.rpartition("/")[2] in MADE:
        return False
    return name.endswith(ENDINGS) or name.rstrip("/").partition("/")[0] in FOLDERS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_that_it_names_is_there(document: Path) -> None:
    named = {name for name in quoted(document) if is_file(name)}
    near = document.parent.relative_to(ROOT)
    lost = [one for one in named if one.rstrip("/") not in places() and not (ROOT / near / one).exists()]
    assert sorted(lost) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_page_and_section_that_it_links_to_is_there(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, section = link.partition("#")
        page = (document.parent / path).resolve() if path else document
        if "://" not in link and (not page.exists() or (section and section not in sections(page))):
            lost.append(link)
    assert lost == []


@cache
def sections(page: Path) -> frozenset[str]:
    """The names by which a page's headings are linked to."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_setting_that_it_names_is_one(document: Path) -> None:
    known = {env_name(*path).removeprefix(PREFIX) for path in setting_paths()} | FROM_OUTSIDE
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"\bSC_AGENT_([A-Z]+(?:_+[A-Z]+)*)\b", text))
    named |= set(re.findall(r"(?<![A-Z_])(?!SC_AGENT_)([A-Z]+(?:_[A-Z]+)*__[A-Z]+(?:_+[A-Z]+)*)\b", text))
    assert sorted(one for one in named if one not in known) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_class_that_it_names_is_there(document: Path) -> None:
    named = {name.partition(".")[0] for name in quoted(document)}
    named = {one for one in named if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", one)}
    assert sorted(named - set(classes()) - OTHERS) == []


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {found for page in DOCUMENTS for found in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert len(named) > 8
    assert named - targets == set()


def test_the_page_about_rooms_has_each_of_them_and_their_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = "".join(line for line in text.splitlines() if line.startswith("| `"))
    rooms = [found.parent.name for top in ("agent", "flows") for found in (ROOT / top).glob("*/__init__.py")]
    assert [room for room in rooms if not re.search(rf"`(?:\w+/)?{room}`", rows)] == []
    layers = (ROOT / ".importlinter").read_text(encoding="utf-8").partition("containers = agent\n")[2]
    order = layers.partition("layers =\n")[2].partition("\n\n")[0].split("\n")
    told = re.search(r"`(rehearsal -> .*)`", text)
    assert told is not None
    assert told[1].split(" -> ") == [line.strip().replace(" | ", ", ") for line in order if "__main__" not in line]


def test_enough_is_looked_at() -> None:
    named = [name for document in DOCUMENTS for name in quoted(document) if is_file(name)]
    assert len(named) > 300
    assert len(places()) > 1000
    assert "flows/browser/nothing.py" not in places()
