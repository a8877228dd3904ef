"""Each module has its tests where its name leads: providers/wire/bfl.py in tests/providers/wire/test_bfl.py."""

from pathlib import Path

from providers.base import names
from tests.support import ROOT

FLOORS = ("providers", "probes", "scoreboard")
# Modules that are tested from elsewhere, or by no test of their own. This list may only shrink.
UNTESTED = {
    "providers/base.py",
    "providers/chat.py",
    "providers/errors.py",
    "scoreboard/disk.py",
    "scoreboard/errors.py",
    "scoreboard/evidence/exchange.py",
    "scoreboard/evidence/media.py",
    "scoreboard/evidence/redaction.py",
    "scoreboard/evidence/secret_forms.py",
    "scoreboard/evidence/yaml_reader.py",
    "scoreboard/live/ideal.py",
    "scoreboard/live/results_journal.py",
    "scoreboard/live/row.py",
    "scoreboard/merge.py",
    "scoreboard/mode.py",
    "scoreboard/pytest_plugin.py",
    "scoreboard/replay.py",
    "scoreboard/results/export.py",
    "scoreboard/settings.py",
    "scoreboard/sources.py",
    "scoreboard/stamp.py",
}


def _modules() -> set[str]:
    """Paths from the root. A name that begins with an underscore is tested with what uses it; a provider is data, and adding one is one
    file: what holds for it is tested in tables over all of them.
    """
    paths = (path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if not path.name.startswith("_"))
    return {path.relative_to(ROOT).as_posix() for path in paths} - {f"providers/{name}.py" for name in names()}


def _test_of(module: str) -> Path:
    return ROOT / "tests" / Path(module).with_name(f"test_{Path(module).name}")


def test_each_module_has_its_test_file() -> None:
    missing = sorted(module for module in _modules() - UNTESTED if not _test_of(module).is_file())
    assert not missing, "\n".join(
        f"{module}: write its tests in {_test_of(module).relative_to(ROOT)}" for module in missing
    )


def test_no_module_is_excused_that_has_its_test_file_or_is_gone() -> None:
    modules = _modules()
    needless = {module: "is gone" if module not in modules else "has its tests" for module in sorted(UNTESTED)}
    needless = {module: why for module, why in needless.items() if why == "is gone" or _test_of(module).is_file()}
    assert not needless, "\n".join(f"{module} {why}: take it out of UNTESTED" for module, why in needless.items())
