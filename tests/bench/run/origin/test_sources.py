import ast
import gc
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.run.origin import provenance, sources, statements
from bench.run.origin.sources import source_digest, sources_of

MODEL = '''"""A model."""
import numpy
from models._part import width
from bench.contract import Model

def fit(x):
    """Fit."""
    return x * width + 2.0
'''


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small checkout, and the digest of its model as it is now."""
    root = tmp_path / "checkout"
    files = {
        "models/model.py": MODEL,
        "models/_part.py": "from bench import world\nwidth = 4 * world.temperature\n",
        "models/other.py": "x = 1\n",
        "bench/contract.py": "class Model: ...\n",
        "bench/world.py": "temperature = 25.0\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    move_root(monkeypatch, root)
    return root


def move_root(monkeypatch, root):
    for module in (sources, statements):
        monkeypatch.setattr(module, "ROOT", root)


def digest(root, name="models/model.py", member=""):
    sources_of.cache_clear()
    statements.read_module.cache_clear()  # files of these tests change within the resolution of a clock
    sources._content.cache_clear()
    return source_digest(root / name, member)


def libraries_of(path):
    return sources_of(path).libraries


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A model."""', '"""A better model."""'),
        ('    """Fit."""\n', ""),
        ("x * width + 2.0", "x * width + 2.0  # half of it"),
        ("x * width + 2.0", "(x\n            * width + 2.0)"),
        ("def fit", "\n\ndef fit"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(tree, old, new):
    before = digest(tree)
    (tree / "models/model.py").write_text(MODEL.replace(old, new))
    assert old in MODEL
    assert digest(tree) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("models/model.py", "2.0", "2.1"),
        ("models/model.py", "x * width", "x + width"),
        ("models/_part.py", "width = 4", "width = 5"),
        ("bench/world.py", "25.0", "37.0"),
    ],
)
def test_a_changed_literal_or_statement_counts_here_and_in_imported_modules(tree, file, old, new):
    before = digest(tree)
    text = (tree / file).read_text()
    assert old in text
    (tree / file).write_text(text.replace(old, new))
    assert digest(tree) != before


@pytest.mark.parametrize("file", ["models/other.py", "bench/contract.py"])
def test_modules_that_are_not_imported_or_are_interfaces_do_not_count(tree, file):
    before = digest(tree)
    (tree / file).write_text("y = 2\n")
    assert digest(tree) == before


@pytest.mark.parametrize(
    "text",
    [
        "from ._part import width\nx = width\n",
        "from . import _part\nx = _part.width\n",
        "from models import _part\nx = _part.width\n",
        "import models._part\nx = models._part.width\n",
        "import models._part as part\nx = part.width\n",
        "from models._part import *\nx = width\n",
        "def fit():\n    from models import _part as part\n    return getattr(part, 'width')\n",
        "import importlib\nx = importlib.import_module('models._part').width\n",
    ],
)
def test_every_way_of_importing_a_module_is_seen(tree, text):
    (tree / "models/model.py").write_text(text)
    before = digest(tree)
    (tree / "models/_part.py").write_text("width = 5\n")
    assert digest(tree) != before


def test_a_file_that_is_no_python_has_a_digest_of_its_text_and_no_libraries(tree):
    whole = digest(tree)
    (tree / "models/model.py").write_text("import numpy\ndef f(:\n")
    broken = digest(tree)
    assert libraries_of(tree / "models/model.py") == frozenset()
    (tree / "models/model.py").write_text("import numpy\ndef g(:\n")
    assert len({whole, broken, digest(tree)}) == 3


def test_a_helper_beside_a_plugin_of_another_folder_counts_and_is_no_library(tree, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "model.py").write_text("import numpy\nfrom _helper import x\n")
    (mine / "_helper.py").write_text("x = 1\n")
    before = digest(mine, "model.py")
    (mine / "_helper.py").write_text("x = 2\n")
    assert digest(mine, "model.py") != before
    assert libraries_of(mine / "model.py") == {"numpy"}


@pytest.mark.parametrize("line", ["import mine.net", "from mine import net", "from mine.net import x"])
@pytest.mark.parametrize("changed", ["__init__.py", "net.py", "parts.py"])
def test_a_package_beside_a_plugin_counts_with_all_its_modules_and_is_no_library(tmp_path, line, changed):
    (tmp_path / "mine").mkdir()
    for name, text in (("__init__", "scale = 1\n"), ("net", "from .parts import x\n"), ("parts", "x = 1\n")):
        (tmp_path / "mine" / f"{name}.py").write_text(text)
    (tmp_path / "model.py").write_text(f"import numpy\n{line}\n")
    before = digest(tmp_path, "model.py")
    assert libraries_of(tmp_path / "model.py") == {"numpy"}
    with open(tmp_path / "mine" / changed, "a") as file:
        file.write("y = 2\n")
    assert digest(tmp_path, "model.py") != before


def _parsed(path):
    return statements._dump(statements._tree(path.read_bytes()))


def test_threads_read_sources_at_the_same_time():
    # Whatever runs when garbage is collected lets another thread in: Python 3.11 cannot build two trees at once.
    def let_others_in(phase, info):
        time.sleep(0)

    usual = gc.get_threshold()
    gc.set_threshold(50)
    gc.callbacks.append(let_others_in)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(_parsed, 3 * sorted((sources.ROOT / "models").glob("*.py"))[:8]))
    finally:
        gc.callbacks.remove(let_others_in)
        gc.set_threshold(*usual)
    assert found[0] == found[len(found) // 3] == found[2 * len(found) // 3]


def test_where_a_folder_of_plugins_lies_does_not_count(tree, tmp_path):
    digests = set()
    for name in ("a", "z"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "model.py").write_text("from models._part import width\n")
        digests.add(source_digest(folder / "model.py"))
    assert len(digests) == 1


def test_the_version_of_an_imported_library_counts(tree, monkeypatch):
    before = digest(tree)
    monkeypatch.setattr(provenance.metadata, "version", lambda name: "99.0")
    assert digest(tree) != before


def test_modules_that_import_each_other_end(tree):
    (tree / "bench/world.py").write_text("import models.model\n")
    assert len(digest(tree)) == 16


BENCH = {
    "bench/world.py": """
import math
from bench.errors import DomainError
from bench.scale import factor
STEP = 0.5
UNUSED = 1.0
def ph(x: float) -> float:
    if x < 0:
        raise DomainError(f"x: must be positive, got {x}")
    return math.log(x) * STEP * factor()
def other(x):
    return UNUSED * x
""",
    "bench/scale.py": "def factor():\n    return 3.0\n",
    "bench/errors.py": "class DomainError(Exception): ...\n",
    "models/model.py": "import numpy\nfrom bench.world import ph\nMODEL = ph(numpy.pi)\n",
    "models/by_module.py": "from bench import world\nMODEL = world.ph(2.0)\n",
    "models/other.py": "from bench.world import other\nMODEL = other(2.0)\n",
}


@pytest.fixture
def rows(tree):
    """Writes a small checkout, with texts replaced, and gives the digest of every row in it."""

    def digests(changes=(), names=("model", "by_module", "other")):
        for name, text in BENCH.items():
            for file, old, new in changes:
                assert file != name or old in text
                text = text.replace(old, new) if file == name else text
            (tree / name).write_text(text)
        return {name: digest(tree, f"models/{name}.py") for name in names}

    return digests


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("bench/world.py", "must be positive, got {x}", "must be above 0, not {x:.3f}"),
        ("bench/world.py", 'raise DomainError(f"x:', 'raise DomainError(f"argument x:'),
        (
            "bench/world.py",
            "import math\nfrom bench.errors import DomainError\n",
            "from bench.errors import DomainError\nimport math\n",
        ),
        ("bench/world.py", "x: float) -> float", "x: complex) -> complex"),
        ("bench/world.py", "STEP = 0.5", "STEP: float = 0.5"),
        ("bench/world.py", "def ph", "def new(x):\n    return x\ndef ph"),
        ("models/model.py", "import numpy\nfrom bench.world import ph\n", "from bench.world import ph\nimport numpy\n"),
    ],
)
def test_what_moves_no_prediction_moves_no_digest(rows, file, old, new):
    before = rows()
    assert rows([(file, old, new)]) == before


def test_how_boards_show_a_row_counts_only_where_its_file_reads_it(tree):
    def of(body):
        (tree / "models/model.py").write_text(f"class Mine:\n    width = 2\n{body}\nMODEL = Mine()\n")
        return digest(tree)

    plain = of("")
    assert of('    family = "trees"\n    trained_at: str = "one"') == plain
    reading = "    def fit(self):\n        return self.family\n"
    assert len({of(f'    family = "{word}"\n{reading}') for word in ("trees", "physics")}) == 2
    assert of("    family = [1]") != plain


def test_a_renamed_or_moved_module_moves_no_digest(rows, tree):
    before = rows()
    (tree / "bench" / "test_tube").mkdir()
    text = BENCH["bench/world.py"].replace("from bench.scale", "from bench.test_tube.size")
    (tree / "bench/test_tube/glass.py").write_text(text)
    (tree / "bench/world.py").unlink()
    (tree / "bench/scale.py").rename(tree / "bench/test_tube/size.py")
    for name in before:
        plugin = tree / f"models/{name}.py"
        text = plugin.read_text().replace("from bench.world", "from bench.test_tube.glass")
        plugin.write_text(
            text.replace("from bench import world", "from bench.test_tube import glass").replace("world.", "glass.")
        )
    assert {name: digest(tree, f"models/{name}.py") for name in before} == before


def test_two_modules_made_one_move_no_digest(rows, tree):
    before = rows()
    text = BENCH["bench/world.py"].replace("from bench.scale import factor\n", "")
    (tree / "bench/world.py").write_text(text + BENCH["bench/scale.py"])
    assert {name: digest(tree, f"models/{name}.py") for name in before} == before


@pytest.mark.parametrize(
    ("file", "old", "new", "moved"),
    [
        ("bench/world.py", "STEP = 0.5", "STEP = 0.25", {"model", "by_module"}),
        ("bench/world.py", "UNUSED = 1.0", "UNUSED = 2.0", {"other"}),
        ("bench/scale.py", "3.0", "4.0", {"model", "by_module"}),
        ("bench/world.py", "math.log", "math.exp", {"model", "by_module"}),
        ("bench/world.py", "x < 0", "x < 1", {"model", "by_module"}),
        ("models/other.py", "import other", "import ph as other", {"other"}),
        ("bench/world.py", "import math", "import cmath as math", {"model", "by_module"}),
        ("bench/world.py", "STEP = 0.5", "STEP = 0.5\nprint(STEP)", {"model", "by_module", "other"}),
        ("bench/world.py", "UNUSED = 1.0", "UNUSED = {}\nUNUSED['a'] = 1.0", {"other"}),
        ("bench/world.py", "return UNUSED * x", "return UNUSED * (x := x)", {"other"}),
    ],
)
def test_a_change_moves_exactly_the_rows_that_use_it(rows, file, old, new, moved):
    before = rows()
    after = rows([(file, old, new)])
    assert {name for name in before if after[name] != before[name]} == moved


def test_one_name_of_a_table_has_a_digest_of_its_own(tree):
    table = "from bench.world import temperature\nbase = temperature\nwarm = base + 1\ncold = base - 1\n"
    (tree / "models/rows.py").write_text(table)
    before = {name: digest(tree, "models/rows.py", name) for name in ("warm", "cold")}
    (tree / "models/rows.py").write_text(table.replace("+ 1", "+ 2"))
    after = {name: digest(tree, "models/rows.py", name) for name in before}
    assert {name for name in before if before[name] != after[name]} == {"warm"}


def test_a_value_that_a_plugin_is_handed_counts_with_its_methods(tree):
    (tree / "models/model.py").write_text(
        "from bench.world import World\ndef fit(world: World):\n    return world.pk()\n"
    )
    text = "class World:\n    def pk(self):\n        return 1\n"
    (tree / "bench/world.py").write_text(text)
    before = digest(tree)
    (tree / "bench/world.py").write_text(text.replace("1", "2"))
    assert digest(tree) != before


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("numpy.load(Path(__file__).with_name('weights.npz'))", "weights.npz"),
        ("numpy.load(Path(__file__).with_suffix('.npz'))", "model.npz"),
        ("torch.load(HERE / f'fold_{seed}.pt')", "fold_3.pt"),
        ("list(HERE.glob('*.npz'))", "part.npz"),
        ("numpy.load(HERE / 'weights' / 'w.npy')", "weights/w.npy"),
        ("numpy.load(HERE / f'weights/{seed}.npy')", "weights/3.npy"),
        ("importlib.import_module('_helper')", "_helper.py"),
        ("importlib.import_module('parts.net')", "parts/net.py"),
        ("importlib.util.spec_from_file_location('h', HERE / '_helper.py')", "_helper.py"),
        ("__import__('_helper')", "_helper.py"),
        ("runpy.run_path(str(HERE / '_helper.py'))", "_helper.py"),
        ("importlib.resources.files('parts') / 'table.csv'", "parts/table.csv"),
    ],
)
def test_a_file_that_a_plugin_opens_or_imports_by_its_name_counts(tmp_path, line, file):
    (tmp_path / "model.py").write_text(f"import importlib, runpy\nHERE = None\ndef fit(seed):\n    return {line}\n")
    alone = digest(tmp_path, "model.py")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("x = 1\n")
    before = digest(tmp_path, "model.py")
    (tmp_path / file).write_text("x = 2\n")
    (tmp_path / "neighbour.npy").write_text("not named")
    after = digest(tmp_path, "model.py")
    assert len({alone, before, after}) == 3
    assert (tmp_path / file).resolve() in sources_of(tmp_path / "model.py").files


def test_every_module_that_a_row_imports_is_among_its_files():
    folder = sources.ROOT / "models"
    for path in sorted(folder.glob("[!_]*.py")):
        reached = [path]
        for source in reached:
            for node in ast.walk(ast.parse(source.read_text())):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models."):
                    module = sources.ROOT / f"{node.module.replace('.', '/')}.py"
                    reached += [] if module in reached else [module]
        assert set(reached) <= sources_of(path).files


def test_no_published_row_counts_a_file_that_is_no_python():
    for path in sorted((sources.ROOT / "models").glob("*.py")):
        assert {file.suffix for file in sources_of(path).files} == {".py"}


def test_a_constant_of_the_electrode_moves_the_cases_and_a_constant_of_a_network_its_rows(tmp_path, monkeypatch):
    for folder in ("bench", "models"):
        shutil.copytree(sources.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    move_root(monkeypatch, tmp_path)
    names = ["models/gru.py", "models/tcn.py", "models/ridge.py", "bench/draw.py"]

    def digests():
        return {name: digest(tmp_path, name) for name in names}

    def changed(file, old, new):
        text = (tmp_path / file).read_text()
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new))
        return {name for name, value in digests().items() if value != before[name]}

    before = digests()
    assert changed("models/gru.py", "width: int = ", "width: int = 1") == {"models/gru.py"}
    assert changed("bench/world/electrode.py", "shown = ", "shown = 0.5 * ") == {"models/gru.py", "bench/draw.py"}


def test_the_digest_of_a_file_is_the_same_in_every_version_of_python(rows):
    assert rows(names=("other",)) == {"other": "f3c74600ec57e7cc"}
