"""`/accounts/{id}/visits/{visit}` and the files of its evidence.

The story step by step, with masked pictures.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from starlette.responses import FileResponse, Response

from agent.store import accounts
from agent.store.visits import find as find_visit
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.http.problems import Code, Problem, not_found

_VISIT = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg"}
_OF_A_STEP = re.compile(r"step-(\d{3})-([a-z0-9_]{1,60})\.jpg")
_MOST = 200
_DIGITS = 4
_LARGEST_STORY = 1 << 20  # bytes


def show(visit: Visitor) -> Response:
    """Render what a visit left."""
    account, folder, visit_id = _place(visit)
    row = find_visit(visit.conn, account, visit_id)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) if folder else []
    values = {
        "account": account,
        "visit_id": visit_id,
        "visit": row,
        "pictured": visit.parts.settings.observe.pictured_visits,
        "here": folder is not None,
        "has_recording": folder is not None and (folder / "recording").is_dir(),
        "pictures": [name for name in files if Path(name).suffix in _PICTURES and not _OF_A_STEP.fullmatch(name)],
        "files": [name for name in files if Path(name).suffix not in _PICTURES][:_MOST],
        **_played(visit, _story(folder), files),
    }
    if row is None and folder is None:
        raise not_found("visit")
    return render.page(visit, "pages/visit.html.j2", values)


def fetch(visit: Visitor) -> Response:
    """Send one file.

    Pictures are shown, everything else is an attachment that nothing runs in.
    """
    _account, folder, _visit_id = _place(visit)
    name = str(visit.request.path_params["name"])
    if folder is None or not _NAME.fullmatch(name):
        raise not_found("file")
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise not_found("file")
    media = _PICTURES.get(file.suffix)
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"}
    if media is not None:
        return FileResponse(file, media_type=media, headers=headers)
    return FileResponse(file, media_type="application/octet-stream", filename=file.name, headers=headers)


def recording(visit: Visitor) -> Response:
    """Send the visit's recording, scrubbed when it was made, as one archive."""
    _account, folder, visit_id = _place(visit)
    kept = folder / "recording" if folder else None
    if kept is None or kept.is_symlink() or not kept.is_dir():
        raise not_found("recording")
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for file in sorted(kept.rglob("*")):
            if file.is_file() and not file.is_symlink():
                archive.write(file, str(file.relative_to(kept)))
    name = f"recording-{visit_id}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


def _place(visit: Visitor) -> tuple[str, Path | None, str]:
    account = accounts.get(visit.conn, str(visit.request.path_params["account"])).id
    visit_id = str(visit.request.path_params["visit"])
    if not _VISIT.fullmatch(visit_id):
        raise not_found("visit")
    settings = visit.parts.settings
    root = settings.evidence_dir or settings.data_dir / "evidence"
    folder = root / account / visit_id
    if folder.is_symlink():
        raise Problem(404, Code.ELSEWHERE, "The evidence is not kept here.")
    return account, folder if folder.is_dir() else None, visit_id


def _played(visit: Visitor, told: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """The story, and the step that is looked at.

    The address says which, else it is the last one.
    """
    steps = [step for step in told.get("steps", ()) if isinstance(step, dict)]
    wanted = visit.request.query_params.get("step", "")
    last = len(steps)
    number = (
        min(max(int(wanted), 1), last) if wanted.isascii() and wanted.isdigit() and len(wanted) <= _DIGITS else last
    )
    return {
        "story": steps,
        "number": number,
        "step": steps[number - 1] if steps else None,
        "shown": _picture_of(number, steps, files),
        "is_last": number == last,
        "error": told["error"] if isinstance(told.get("error"), dict) else None,
        "nearest": [each for each in told.get("nearest", ()) if isinstance(each, str)],
        "blocked": [each for each in told.get("blocked", ()) if isinstance(each, str)][:_MOST],
    }


def _picture_of(number: int, steps: list[dict[str, Any]], files: list[str]) -> str | None:
    """The picture of the page that a step saw.

    The newest of its screen so far, else the newest.
    """
    drawn = [found for name in files if (found := _OF_A_STEP.fullmatch(name)) and int(found[1]) <= number]
    screen = steps[number - 1].get("screen") if steps else None
    best = [found for found in drawn if found[2] == screen] or drawn
    return best[-1][0] if best else None


def _story(folder: Path | None) -> dict[str, Any]:
    """What the visit wrote down of itself.

    Nothing where there is no story that can be read.
    """
    for file in sorted(folder.glob("*.json")) if folder else []:
        if file.is_symlink() or file.stat().st_size > _LARGEST_STORY:
            continue
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("steps"), list):
            return told
    return {}
