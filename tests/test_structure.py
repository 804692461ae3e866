# The arrows of the architecture, read from the imports.
import ast
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("bench", "tasks", "models", "leaderboard", "commands", "tests")
MAY_IMPORT = {
    "bench": {"bench"},
    "tasks": {"bench", "tasks"},
    "models": {"bench", "models"},
    "leaderboard": {"bench", "leaderboard"},
    "commands": {"bench", "tasks", "models", "leaderboard", "commands"},
    "run_bench.py": {"commands"},
}
THE_POSTERIOR_AS_A_ROW = "models/laboratory_posterior.py"
"""What anybody may know who is told nothing; no other plugin has it at hand."""
MOST_LINES, MOST_LINES_OF_TESTS = 320, 400
MOST_FILES = 13


def project_files():
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*files, *ROOT.glob("*.py")]
    }


def imports_of(path, source):
    """Dotted names that a file imports, with those of ``from x import y`` as both x and x.y."""
    package = Path(path).parent.parts
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def forbidden_arrows(files):
    return [
        f"{path} imports {name}"
        for path, source in files.items()
        for name in imports_of(path, source)
        if name.split(".")[0] in FOLDERS and name.split(".")[0] not in MAY_IMPORT.get(path.split("/")[0], FOLDERS)
    ]


def plugins_that_import_the_posterior(files):
    return [
        path
        for path, source in files.items()
        if path.startswith("models/") and any(name.startswith("bench.ceiling") for name in imports_of(path, source))
        if path != THE_POSTERIOR_AS_A_ROW
    ]


def import_cycles(files):
    """Modules that import each other in turn, if any do."""
    modules = {path.removesuffix(".py").replace("/", "."): source for path, source in files.items()}
    graph = {
        name: {each for each in imports_of(f"{name.replace('.', '/')}.py", source) if each in modules} - {name}
        for name, source in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def crowded_folders(paths):
    """Folders with more files than a person keeps in mind; plugins, tasks, verbs and tests are lists, not rooms."""
    counted = Counter(Path(path).parent.as_posix() for path in paths)
    lists = ("tasks", "models", "commands")
    return {
        folder: n
        for folder, n in counted.items()
        if n > MOST_FILES and folder not in lists and not folder.startswith("tests")
    }


def files_that_hide_what_they_import(files):
    return [
        path
        for path, source in files.items()
        if path.startswith(("models/", "tasks/", "bench/", "leaderboard/", "commands/"))
        and Path(path).stem in {name.split(".")[0] for name in imports_of(path, source)}
    ]


def test_imports_follow_the_arrows_of_the_architecture():
    assert forbidden_arrows(project_files()) == []


def test_no_module_imports_itself_through_others():
    assert import_cycles(project_files()) == []


def test_no_folder_holds_more_than_about_a_dozen_files():
    assert crowded_folders(project_files()) == {}


def test_no_plugin_imports_the_posterior():
    assert plugins_that_import_the_posterior(project_files()) == []


def test_no_file_is_named_after_a_library_that_it_imports():
    assert files_that_hide_what_they_import(project_files()) == []


def test_no_module_is_longer_than_one_reading():
    lengths = {path: source.count("\n") for path, source in project_files().items()}
    most = {path: MOST_LINES_OF_TESTS if path.startswith("tests/") else MOST_LINES for path in lengths}
    assert {path: n_lines for path, n_lines in lengths.items() if n_lines > most[path]} == {}


def test_tests_are_no_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_task_is_known_to_the_instrument_by_name():
    tasks = {path.stem for path in (ROOT / "tasks").glob("*.py")}
    assert "in_distribution" in tasks
    named = {
        f"{path}: {node.value}"
        for path, source in project_files().items()
        if path.startswith("bench/")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and node.value in tasks
    }
    assert named == set()


def test_top_level_names_are_not_those_of_the_standard_library():
    assert not {folder for folder in FOLDERS if folder in sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bench/a.py", "import tasks.shift_1s"),
        ("bench/a.py", "def f():\n    from models import gru\n"),
        ("bench/run/a.py", "from leaderboard.frame import x"),
        ("tasks/a.py", "from models.gru import MODEL"),
        ("models/a.py", "import tasks"),
        ("models/_sequence/a.py", "from ...leaderboard import frame"),
        ("leaderboard/a.py", "from commands import run"),
        ("run_bench.py", "from bench.task import Task"),
    ],
)
def test_arrow_that_is_not_in_the_architecture_is_found(path, source):
    assert len(forbidden_arrows({path: source})) >= 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bench/run/a.py", "from ..task import Task\nimport bench.cases"),
        ("models/a.py", "from bench.contract import Model\nfrom models._features import f\nimport numpy"),
        ("commands/a.py", "import tasks, models, leaderboard, bench"),
        ("tests/a.py", "import models.gru, tasks.shift_1s"),
    ],
)
def test_arrow_of_the_architecture_is_let_through(path, source):
    assert forbidden_arrows({path: source}) == []


@pytest.mark.parametrize(
    "source",
    ["import bench.ceiling.posterior", "from bench import ceiling", "from bench.ceiling.quadrature import x"],
)
def test_plugin_that_imports_the_posterior_is_found(source):
    assert plugins_that_import_the_posterior({"models/a.py": source, "bench/a.py": source}) == ["models/a.py"]


def test_a_cycle_of_imports_and_a_crowded_folder_are_found():
    files = {
        "bench/a.py": "import bench.b",
        "bench/b.py": "def f():\n    from bench import c",
        "bench/c.py": "from bench.a import x",
    }
    assert set(import_cycles(files)) == {"bench.a", "bench.b", "bench.c"}
    assert import_cycles(files | {"bench/c.py": ""}) == []
    many = [f"leaderboard/board/part_{n}.py" for n in range(14)]
    assert crowded_folders(many) == {"leaderboard/board": 14}
    assert crowded_folders(many[1:]) == {}


def test_file_named_after_its_library_is_found():
    files = {"models/lightgbm.py": "import lightgbm", "models/boosting.py": "import lightgbm"}
    assert files_that_hide_what_they_import(files) == ["models/lightgbm.py"]


WITHOUT_LINUX = """
import importlib, os, sys
import psutil  # chooses its own by the system
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("fork", "killpg", "setsid", "getuid", "sched_getaffinity", "O_NOFOLLOW", "O_NONBLOCK"):
    delattr(os, name)
for verb in sys.argv[1:]:
    importlib.import_module(f"commands.{verb}")
"""


def test_the_verbs_of_a_laboratory_import_nothing_that_only_linux_has():
    subprocess.run([sys.executable, "-c", WITHOUT_LINUX, "infer", "plan", "board"], cwd=ROOT, check=True)
