"""What the groups of settings share.

How lists are taken, and that a misspelt name is an error.
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def split(value: object) -> object:
    """Take a list as JSON or comma-separated."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def programs(value: object) -> object:
    """Take programs by name as JSON, as an environment variable gives them."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as err:
        raise ValueError('expected JSON such as {"name": ["/path/program", "argument"]}') from err


Strings = Annotated[list[str], BeforeValidator(split)]


SecretStrings = Annotated[list[SecretStr], BeforeValidator(split)]


LONGEST = 36_500  # days; dates end, and a longer time is a slip of the keyboard

Seconds = Annotated[float, Field(gt=0, le=LONGEST * 86_400)]

Days = Annotated[int, Field(ge=1, le=LONGEST)]


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)
