"""A recorded page is one file: its expected reading in a comment, and behind it the page byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.catalogue.recorded_page import find_pages, page_file, read_page, shipped_pages

READING = {"url": "https://sellercentral.amazon.com/home", "status": 503, "screen": "app", "alert": None}


def written(folder: Path, text: str, name: str = "case.html") -> Path:
    file = folder / "app" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("body", ["<!DOCTYPE html>\n<p>é</p>\n", "", "\n-->\n", "<!-- expected\n{}\n-->\n<p>"])
@pytest.mark.parametrize("words", ["plain", "-->", "--!>", "\n-->\n", "<!-- expected\n"])
def test_what_is_written_is_read_back_whatever_the_page_and_the_reading_say(
    tmp_path: Path, body: str, words: str
) -> None:
    file = written(tmp_path, page_file(body, READING | {"alert_text": words}))
    page = read_page(file)
    assert (page.body, page.expected) == (body, READING | {"alert_text": words})
    assert (page.name, page.address, page.status, page.screen) == ("app/case", READING["url"], 503, "app")
    assert find_pages([tmp_path]) == [page]


def test_no_word_of_the_reading_ends_the_comment_in_a_browser() -> None:
    front = page_file("", READING | {"alert_text": "a --> b --!> c"}).removesuffix("\n-->\n")
    assert "-->" not in front
    assert "--!>" not in front


@pytest.mark.parametrize("told", ["{", "[]", "{}", '{"url": 1, "screen": "app"}', '{"url": "https://x.example/"}'])
def test_a_page_whose_reading_is_none_is_named_with_what_was_expected(tmp_path: Path, told: str) -> None:
    file = written(tmp_path, f"<!-- expected\n{told}\n-->\n<p>")
    with pytest.raises(ValueError, match=r"case\.html: url and screen were expected"):
        find_pages([tmp_path])
    with pytest.raises(ValueError, match=r"case\.html: url and screen were expected"):
        read_page(file)


def test_a_page_of_evidence_is_read_with_its_address_alone_and_a_page_with_neither_is_none(tmp_path: Path) -> None:
    kept = written(tmp_path, "<p>kept</p>", "kept.html")
    kept.with_suffix(".json").write_text(json.dumps({"url": READING["url"], "status": None, "screen": "x"}), "utf-8")
    written(tmp_path, "<p>alone</p>", "alone.html")
    (tmp_path / "app" / "bytes.html").write_bytes(b"\xff\xfe\x00")
    (page,) = find_pages([tmp_path])
    assert (page.html, page.body, page.is_evidence, page.status) == (kept, "<p>kept</p>", True, 200)
    with pytest.raises(ValueError, match="a page behind a comment with its expected reading was expected"):
        read_page(kept)


def test_every_shipped_page_has_its_reading_and_nothing_else_lies_beside_it() -> None:
    files = sorted(file for file in shipped_pages().rglob("*") if file.is_file() and file.suffix != ".md")
    assert [page.html for page in find_pages([shipped_pages()])] == files
    assert len(files) > 300
    for file in files:
        read_page(file)
