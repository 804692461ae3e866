import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "run_bench.py"


def test_outside_the_environment_the_missing_package_is_named_in_one_sentence():
    done = subprocess.run([sys.executable, "-S", "-I", BENCH, "--list"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: package 'typer': it must be installed for this Python, got none. "
        "Run 'source .venv/bin/activate', or install the locks as README.md says.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--help"], {"numpy", "rich", "numba", "scipy", "pandas", "matplotlib", "torch"}),
        (["--list"], {"numba", "scipy", "pandas", "matplotlib", "torch"}),
        (["--version"], {"numpy", "rich", "numba", "scipy", "pandas", "matplotlib", "torch"}),
    ],
)
def test_what_takes_long_to_import_is_left_where_it_is_not_needed(arguments, spared):
    command = [sys.executable, "-X", "importtime", BENCH, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert imported & spared == set()
