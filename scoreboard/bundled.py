"""Where the files are that come with the project and are no code: templates, media, collections, committed results."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def bundled(name: str) -> Path:
    """A file or folder that comes with the project: within an installed package (setup.py puts it there), else in the
    checkout.
    """
    installed = _HERE / "bundled" / name
    return installed if installed.exists() else _HERE.parent / name
