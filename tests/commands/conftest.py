from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.task import PRESETS, Sizes
from run_bench import app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def hostile():
    return ROOT / "tests" / "hostile"


@pytest.fixture(scope="module")
def invoke(tmp_path_factory):
    """Call the command line in this process with tiny quick sizes, from an empty folder."""
    runner = CliRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "quick", Sizes(16, 8, 12, 1))
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("notes")))
        patch.setenv("COLUMNS", "100")
        patch.chdir(tmp_path_factory.mktemp("work"))
        yield lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])
