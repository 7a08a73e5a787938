"""What a sender wrote is parsed in the judging process alone: nowhere else is a parser of mails or pages at hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
JUDGE = "agent/mail/trust/"
PARSERS = (
    "email",
    "mailbox",
    "html",
    "quopri",
    "binascii",
    "base64",
    "dkim",
    "selectolax",
    "bs4",
    "lxml",
    "html5lib",
    "ada_url",
)
READ_BY_THE_JUDGE = {"agent/mail/codes/read.py"}  # imported by the judging process, called by nobody else
# What the mail room and others take from the judge's files: documents, the door to the process, keys, a link's check.
HANDED_OUT = {
    "Examination", "Judgement", "Step", "TrustPolicy", "conclude",  # what it found, and the ruling on it
    "Judge", "JudgeLostError", "UNAVAILABLE", "HUNG", "Key", "KeyStore", "FROM_DOMAINS",
    "check_link", "LinkError",  # of a link that a person gave
    "plain_line",  # nothing is decoded
}  # fmt: skip


def imports() -> Iterator[tuple[str, str, str]]:
    """File, module and name of every import of the agent."""
    for file in sorted((ROOT / "agent").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((str(file.relative_to(ROOT)), each.name, "") for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((str(file.relative_to(ROOT)), node.module, each.name) for each in node.names)


def test_no_part_of_the_mail_room_outside_the_judge_has_a_parser() -> None:
    around = {
        f"{file}: {module}"
        for file, module, _ in imports()
        if file.startswith("agent/mail/") and not file.startswith(JUDGE) and module.split(".")[0] in PARSERS
    }
    assert around == set()


def test_no_other_room_has_a_parser_of_mails_or_pages() -> None:
    parsers = ("email", "mailbox", "quopri", "dkim", "selectolax", "bs4", "lxml", "html5lib")
    around = {
        (file, f"{module}.{name}")
        for file, module, name in imports()
        if not file.startswith(JUDGE) and (module.split(".")[0] in parsers or module == "html.parser")
    }
    assert around == {("agent/outbox/retries.py", "email.utils.parsedate_to_datetime")}  # of an HTTP header


def test_nobody_takes_a_parser_from_the_judge() -> None:
    taken = {
        (file, name)
        for file, module, name in imports()
        if module.startswith("agent.mail.trust") and not file.startswith(JUDGE) and file not in READ_BY_THE_JUDGE
    }
    assert {(file, name) for file, name in taken if name not in HANDED_OUT} == set()
    assert {name for _, name in taken} == HANDED_OUT


def test_nobody_but_the_judge_reads_the_codes_of_a_mail() -> None:
    readers = {
        (file, name) for file, module, name in imports() if module == "agent.mail.codes.read" and name != "MailedCode"
    }
    assert {file for file, _ in readers} == {"agent/mail/trust/examine.py"}
