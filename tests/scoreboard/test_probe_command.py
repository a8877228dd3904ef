"""The command's options; what it does is tested as a whole, in tests/whole/test_card.py."""

import subprocess
import sys

from typer.testing import CliRunner

from scoreboard.cli import app


def test_its_help_names_all_options() -> None:
    told = CliRunner().invoke(app, ["probe", "--help"]).output
    for option in ("--base-url", "--model", "--wire", "--provider", "--api-key-env", "--header", "--only", "--deep",
                   "--require", "--timeout", "--concurrency", "--keep", "--force", "--json", "--output"):  # fmt: skip
        assert option in told


def test_loading_it_loads_nothing_heavy() -> None:
    code = "import sys, scoreboard.probe_command; print({'httpx', 'rich.live', 'jinja2', 'providers.base'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
