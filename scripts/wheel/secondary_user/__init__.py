"""The installed package: one name in site-packages, with the project's folders below it.

In a wheel the folders `agent`, `flows`, `fixtures` and `selectors` lie in this package. `main` puts the package's
directory first on the path of this process and of its children, so that imports are the same as in the checkout and
no package of the same name elsewhere is taken. In a checkout the folders lie at the top and nothing is added.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["add_folders", "main"]


def add_folders() -> None:
    """Make the folders importable for this process and its children.

    Nothing to do in a checkout.
    """
    here = Path(__file__).resolve().parent
    if not (here / "agent").is_dir():
        return
    folder = str(here)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != folder]
    os.environ["PYTHONPATH"] = os.pathsep.join([folder, *inherited])


def main() -> None:
    """Run `sc-agent`."""
    add_folders()
    from agent.__main__ import main as run

    run()
