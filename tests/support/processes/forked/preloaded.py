"""Everything a command may import, imported once: what the process has from which commands and daemons are forked."""

from __future__ import annotations

import gc
from importlib import import_module

import pytest

import agent.worker.daemon  # noqa: F401
from agent.cli.app import COMMANDS
from flows.catalogue.load import load_catalogue
from tests.support.few_probes import ask_few_pages
from tests.support.stored.migrated import copy_instead_of_migrating, migrated

LIBRARIES = (
    "alembic.autogenerate",
    "cryptography.hazmat.primitives.ciphers.aead",
    "playwright.async_api",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
)

gc.disable()  # imports leave nothing behind
for _name in (*LIBRARIES, *(place.partition(":")[0] for place in COMMANDS.values())):
    import_module(_name)
copy_instead_of_migrating(pytest.MonkeyPatch())
ask_few_pages(pytest.MonkeyPatch())
load_catalogue()
migrated()
gc.freeze()  # no child walks, and so copies, what all of them share
gc.enable()
