import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.task import PRESETS, Sizes
from run_bench import app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def hostile():
    return ROOT / "tests" / "hostile"


@pytest.fixture(scope="session")
def values_of():
    """Read what ``--json`` printed: ``values_of(result)``; every key of its first dictionaries must be documented."""
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "json.md").read_text(encoding="utf-8")))

    def keys(value):
        if isinstance(value, list):
            return keys(value[0]) if value else set()
        return set(value).union(*map(keys, value.values())) if isinstance(value, dict) else set()

    def read(result):
        values = json.loads(result.stdout)
        assert keys(values) <= documented
        return values

    return read


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
