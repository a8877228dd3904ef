"""What pyproject.toml cannot say: the folders beside the packages that a wheel holds, too (scoreboard/bundled.py)."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_BUNDLED = ("assets", "collections.toml", "results", "templates")


class Bundle(build_py):
    """Also puts them into the package."""

    def run(self) -> None:
        """As ever, then the folders; of an editable installation none: the checkout has them."""
        super().run()
        if getattr(self, "editable_mode", False):
            return
        for name in _BUNDLED:
            source, target = Path(__file__).parent / name, Path(self.build_lib, "scoreboard", "bundled", name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
            else:
                shutil.copy(source, target)


setup(cmdclass={"build_py": Bundle})
