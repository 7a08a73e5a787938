"""`GET /`: which version this is, and where its description lies."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter()


class Root(BaseModel):
    """The way in."""

    version: int
    openapi: str


@router.get("/")
def root() -> Root:
    """Say which version this is; needs no key."""
    return Root(version=1, openapi="/api/v1/openapi.json")
