"""The pictures of `audit --explain`.

Copied beside the report, and told on standard error.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from agent.cli.output import warn
from agent.cli.output_file import STANDARD_OUTPUT
from agent.domain.audit.document import AuditDocument, ExplainedDocument
from agent.errors import ConfigurationError


def tell_pictures(document: AuditDocument, output: Path | None, *, evidence: Path) -> None:
    """Say where the pictures of an audit lie, or why there is none.

    With `--output FILE` they are copied beside it, as `FILE-ACCOUNT-explained-1.png` and so on (FILE without its
    suffix); `evidence` is the folder that the document's paths mean by `evidence/`.

    Raises:
        ConfigurationError: they cannot be written there.
    """
    if "explained" not in document:
        reason = document.get("error") or "; ".join(document["notes"]) or "the visit ended before anything was read"
        document["explained"] = ExplainedDocument(
            legend={},
            pictures=[],
            page=None,
            marks=[],
            why_not=f"nothing was read, so there is nothing to draw: {reason}",
        )
    explained, account = document["explained"], document["account"]
    if explained["why_not"]:
        warn(f"{account}: {'not everything' if explained['pictures'] else 'nothing'} was drawn: {explained['why_not']}")
    files = [evidence / Path(name).relative_to("evidence") for name in _names(explained)]
    if output is not None and output != STANDARD_OUTPUT and (output.is_file() or not output.exists()):
        files = [_copied(file, output, account) for file in files if file.is_file()]
    for file in files:
        warn(f"{account}: explained in {file}")


def _names(explained: ExplainedDocument) -> list[str]:
    page = [explained["page"]] if explained["page"] else []
    return page + [picture["picture"] for picture in explained["pictures"]]


def _copied(file: Path, output: Path, account: str) -> Path:
    name = f"{output.stem}-{re.sub(r'[^A-Za-z0-9._-]', '_', account)}-{file.name}"
    beside = output.resolve().with_name(name)
    try:
        beside.touch(mode=0o600)
        shutil.copyfile(file, beside)
    except OSError as err:
        raise ConfigurationError(
            f"the picture {beside} cannot be written ({(err.strerror or str(err)).lower()}); give --output in "
            "a writable directory"
        ) from err
    return beside
