"""Documents held against JSON schemas.

The library is imported where it is used: it compiles a grammar for three seconds, which every test process would pay.
"""

from __future__ import annotations

from typing import Any


def errors_of(document: Any, schema: Any, *, registry: Any = None) -> list[str]:
    """Where a document does not fit a schema (draft 2020-12 unless it names another): JSON path and reason.

    `registry`: what the schema refers to outside itself, as `referencing` has it.
    """
    import jsonschema

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    validator = kind(schema) if registry is None else kind(schema, registry=registry)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
