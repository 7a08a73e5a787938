"""ETag, If-Match and If-None-Match: an entity tag is the account's revision."""

from __future__ import annotations

from starlette.requests import Request

from agent.web.http.problems import Code, Problem


def etag(revision: int) -> str:
    """The entity tag of a revision."""
    return f'"{revision}"'


def require_match(request: Request, revision: int, *, optional: bool = False) -> None:
    """Refuse a change of something that has changed since it was read.

    Raises:
        Problem: 428 without If-Match, 412 with another revision's.
    """
    if optional and "if-match" not in request.headers:
        return
    if "*" not in (tags := _tags(require_some_match(request))) and etag(revision) not in tags:
        raise Problem(
            412,
            Code.REVISION_DIFFERS,
            "The account has changed since it was read; read it again.",
            headers={"ETag": etag(revision)},
        )


def require_some_match(request: Request) -> str:
    """What If-Match says, whichever revision that is.

    Raises:
        Problem: 428 where it says nothing.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise Problem(428, Code.PRECONDITION_MISSING, "This needs If-Match with the ETag that was read.")
    return given


def is_known(request: Request, revision: int) -> bool:
    """Whether the caller has this revision already (If-None-Match)."""
    tags = _tags(request.headers.get("if-none-match", ""))
    return "*" in tags or etag(revision) in {tag.removeprefix("W/") for tag in tags}


def wait_of(request: Request, *, longest: float) -> float:
    """How many seconds the caller is ready to wait (`Prefer: wait=25`).

    0 when it did not say.
    """
    for preference in request.headers.get("prefer", "").split(","):
        name, _, value = preference.partition("=")
        if name.strip().lower() == "wait" and (text := value.strip().strip('"')).isascii() and text.isdigit():
            return min(float(text[:6]), longest)
    return 0.0


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",") if tag.strip()}
