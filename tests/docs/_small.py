# Stands for python where a documented command runs: the same, but that every preset has the sizes of the variable.
import os
import runpy
import sys
from pathlib import Path


def main(arguments):
    if not arguments or arguments[0] != "run_bench.py":
        os.execv(sys.executable, [sys.executable, *arguments])
    sys.path[0] = str(Path("run_bench.py").resolve().parent)
    from bench.task import PRESETS, Sizes

    sizes = Sizes(*map(int, os.environ["DOCUMENTED_SIZES"].split(",")))
    PRESETS.update(dict.fromkeys(PRESETS, sizes))
    sys.argv = arguments
    runpy.run_path("run_bench.py", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
