"""Write docs/openapi.json from the code.

With --check, say whether it is what the code gives.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from agent.web.api.app import api_app

PLACE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def text() -> str:
    """The description as it is committed."""
    return json.dumps(api_app().openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="compare only; 1 where the document is not what the code gives"
    )
    given = parser.parse_args()
    made = text()
    if not given.check:
        PLACE.write_text(made, encoding="utf-8")
        return 0
    if PLACE.read_text(encoding="utf-8") == made:
        return 0
    print("error: docs/openapi.json is not what the code gives; run: python scripts/openapi.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
