import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "run_bench.py"


def test_outside_the_environment_the_missing_package_is_named_in_one_sentence():
    done = subprocess.run([sys.executable, "-S", "-I", BENCH, "--list"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: package 'typer': it must be installed for this Python, got none. "
        "Run 'source .venv/bin/activate', or install the locks as README.md says.\n"
    )
