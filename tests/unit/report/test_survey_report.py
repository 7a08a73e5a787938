"""What a survey says of the parts that it does not look at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from agent.report.survey import survey_document

README = Path(__file__).parents[3] / "README.md"


def test_survey_and_readme_say_that_registration_never_met_the_real_site() -> None:
    document = survey_document(account="A1", at=datetime(2026, 1, 1, tzinfo=UTC), ends=[], sights=[])
    assert any("register form" in one and "has met the real site" in one for one in document["not_looked_at"])
    section = README.read_text("utf-8").partition("### A user email without an Amazon login")[2].partition("\n## ")[0]
    assert "None of it has met the real site" in " ".join(section.split())
