"""Every data file of `selectors/` has a schema: what is wrong in one is named with file and key when it is loaded."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ConfigurationError
from agent.mail.codes import purposes
from agent.mail.tables import mail_table
from flows.browser.rules import NeverTable, ServicesTable
from flows.catalogue.coverage import NeededTable
from flows.catalogue.grid_tables import GRID_TABLES
from flows.catalogue.grids import grid_data
from flows.catalogue.load import MAIL_CODE_FILES, REGISTRATION_FILES, load_catalogue
from flows.data_files import selectors_root
from flows.errors import CatalogueError
from flows.insights.data import insights_data
from flows.insights.tables import INSIGHTS_TABLES
from flows.tables import Table, check_table, load_table, raw_table

ROOT = selectors_root()
FLOWS = Path(__file__).parents[4] / "flows"
TABLES: dict[str, type[Table]] = {
    **{f"grids/{name}": table for name, table in GRID_TABLES.items()},
    **{f"insights/{name}": table for name, table in INSIGHTS_TABLES.items()},
    "guard/never": NeverTable,
    "guard/telemetry": ServicesTable,
    "guard/fronts": ServicesTable,
    "guard/needed": NeededTable,
}
MAIL: dict[str, dict[Any, Any]] = {"codes": purposes.FORM, "senders": {"from_domains": [str]}}


def test_every_file_of_the_selectors_is_loaded_by_a_schema() -> None:
    load_catalogue(also=(*REGISTRATION_FILES, *MAIL_CODE_FILES))
    of_the_catalogue = {"", "registration", "shared", "chrome"}
    others = {
        file.relative_to(ROOT).with_suffix("").as_posix()
        for file in ROOT.rglob("*.toml")
        if file.parent.relative_to(ROOT).as_posix().strip(".") not in of_the_catalogue
    }
    assert others == {*TABLES, *(f"mail/{name}" for name in MAIL)}


def test_nothing_else_in_the_flows_reads_toml() -> None:
    readers = {
        file.relative_to(FLOWS).as_posix() for file in FLOWS.rglob("*.py") if "import tomllib" in file.read_text()
    }
    assert readers == {"tables.py", "catalogue/adopted.py"}  # an adopted file lies in the database


@pytest.mark.parametrize("place", TABLES)
def test_a_shipped_file_fits_and_what_is_wrong_in_it_is_named_with_file_and_key(place: str, tmp_path: Path) -> None:
    load_table(place, TABLES[place])
    root = Path(shutil.copytree(ROOT, tmp_path / "selectors"))
    file = root / f"{place}.toml"
    whole = file.read_text("utf-8")
    file.write_text("misspelt = 1\n" + whole, "utf-8")
    with pytest.raises(CatalogueError, match=rf"^{place}\.toml: misspelt: this key is not known here$"):
        load_table(place, TABLES[place], root=root)
    file.write_text("[", "utf-8")
    with pytest.raises(CatalogueError, match=rf"^{place.partition('/')[2]}\.toml: "):
        load_table(place, TABLES[place], root=root)
    file.unlink()
    with pytest.raises(CatalogueError, match=rf"^{place.partition('/')[2]}\.toml: "):
        load_table(place, TABLES[place], root=root)


def changed(place: str, path: str, value: object) -> dict[str, Any]:
    """The table of a file with the value at a path, such as words.generic.more.0, exchanged; None takes it out."""
    table: dict[str, Any] = copy.deepcopy(raw_table(place))
    *above, last = path.split("/")
    part: Any = table
    for name in above:
        part = part[int(name) if isinstance(part, list) else name]
    if value is None:
        del part[last]
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return table


@pytest.mark.parametrize(
    ("place", "path", "value", "said"),
    [
        ("grids/furniture", "row/takes_back/0", "(", "row.takes_back.0: .*a regular expression was expected"),
        ("grids/furniture", "row/no", None, "row.no: this key is missing"),
        ("grids/furniture", "row/nope", [], "row.nope: this key is not known here"),
        ("grids/listeners", "calls", "contains", "calls: .*tuple"),
        ("grids/probes", "pages", [], "pages: .*at least 1 item"),
        ("grids/probes", "pages/0/path", "home", "pages.0.path: .*pattern"),
        ("grids/probes", "pages/0/permision", "x", "pages.0.permision: this key is not known here"),
        ("grids/reach", "walls/longest", 0, "walls.longest: .*greater than or equal to 1"),
        ("grids/reach", "words/global", None, "words.global: this key is missing"),
        ("grids/shapes", "shapes/clasic", [], "shapes.clasic.*: Input should be 'classic'"),
        ("grids/walk", "row", "", "row: .*at least 1 character"),
        ("grids/words", "levels/en/Veiw", ["x"], "levels.en.Veiw.*: Input should be 'None'"),
        ("grids/words", "generic/more/0", "[", "generic.more.0: .*a regular expression was expected"),
        ("insights/health", "page/rates/0/whole", None, "page.rates.0.whole: this key is missing"),
        ("insights/pages", "answers/0/method", "PUT", "answers.0.method: Input should be 'GET' or 'POST'"),
        ("insights/reports", "granularities", 7, "granularities: .*tuple"),
        ("insights/tiles", "windows/2d", "two", "windows.2d: .*integer"),
        ("guard/never", "never/0/paths", [], "never.0.paths: .*at least 1 item"),
        ("guard/never", "never/0/unless", ["signin"], "never.0.unless.0: Input should be 'sign_in'"),
        ("guard/never", "never/0/write_only", True, "never.0.write_only: this key is not known here"),
        ("guard/telemetry", "services", [], "services: .*at least 1 item"),
        ("guard/needed", "elements/otp", "submit", "elements.otp: .*tuple"),
    ],
)
def test_what_does_not_fit_inside_a_file_is_named(place: str, path: str, value: object, said: str) -> None:
    with pytest.raises(CatalogueError, match=rf"^{place}\.toml: {said}"):
        check_table(f"{place}.toml", changed(place, path, value), TABLES[place])


def test_the_readers_of_grids_and_insights_are_given_a_checked_table_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(ROOT, tmp_path / "selectors"))
    monkeypatch.setattr("flows.tables.selectors_root", lambda: root)
    for folder, name, read in (("grids", "walk", grid_data), ("insights", "tiles", insights_data)):
        file = root / folder / f"{name}.toml"
        file.write_text("misspelt = 1\n" + file.read_text("utf-8"), "utf-8")
        with pytest.raises(CatalogueError, match="misspelt: this key is not known here"):
            read.__wrapped__(name)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("senders", "from_domains", "domains", "domains: this key is not known here"),
        ("senders", "from_domains = [", "from_domains = [1, ", "from_domains.0: a text that is not empty was expected"),
        ("codes", "senders = [", "more = 1\nsenders = [", "more: this key is not known here"),
        ("codes", "[[purposes]]\nname", "[[purposes]]\nnames", "purposes.0.names: this key is not known here"),
    ],
)
def test_what_is_wrong_in_a_file_about_mails_is_named(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    root = Path(shutil.copytree(ROOT, tmp_path / "selectors"))
    file = root / "mail" / f"{name}.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=rf"^selectors/mail/{name}\.toml: {said}"):
        mail_table(name, MAIL[name], root=root)


def test_a_file_about_mails_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^selectors/mail/codes\.toml: "):
        mail_table("codes", MAIL["codes"], root=tmp_path)
