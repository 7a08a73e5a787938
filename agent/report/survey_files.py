"""The files of a survey's report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.errors import ConfigurationError
from agent.printable import json_text, printable
from agent.report.survey import survey_html, survey_lines
from flows import ScreenSight


def write_survey(directory: Path, document: dict[str, Any], sights: Sequence[ScreenSight]) -> None:
    """Write the report, and each unknown page so that `selectors check` reads it.

    The beginning of its draft.

    Raises:
        ConfigurationError: they cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        (directory / "survey.json").write_text(json_text(document, indent=1) + "\n", "utf-8")
        (directory / "survey.html").write_text(survey_html(document), "utf-8")
        (directory / "survey.txt").write_text(
            "".join(f"{printable(line)}\n" for line in survey_lines(document)), "utf-8"
        )
        for number, sight in enumerate((one for one in sights if one.is_unknown and one.page), start=1):
            told = {"url": sight.url, "status": 200, "stage": sight.stage, "title": sight.title, "near": sight.near}
            (directory / f"unknown-{number}.html").write_text(sight.page, "utf-8")
            (directory / f"unknown-{number}.json").write_text(json_text(told, indent=1), "utf-8")
    except OSError as err:
        raise ConfigurationError(f"the report cannot be written to {directory} ({err.strerror})") from err
