import gc
import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.run import provenance
from bench.run.provenance import commit, host, libraries_of, source_digest, versions_of, without_paths

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
        "models/_part.py": "from bench import world\nwidth = 4\n",
        "models/other.py": "x = 1\n",
        "bench/contract.py": "class Model: ...\n",
        "bench/world.py": "temperature = 25.0\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(provenance, "ROOT", root)
    return root


def digest(root, name="models/model.py"):
    source_digest.cache_clear()
    return source_digest(root / name)


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


@pytest.mark.parametrize("line", ["from ._part import width", "from . import _part", "from models import _part"])
def test_every_way_of_importing_a_module_is_seen(tree, line):
    (tree / "models/model.py").write_text(line + "\n")
    before = digest(tree)
    (tree / "models/_part.py").write_text("width = 5\n")
    assert digest(tree) != before


def test_a_file_that_is_no_python_has_a_digest_of_its_text_and_no_libraries(tree):
    whole = digest(tree)
    (tree / "models/model.py").write_text("import numpy\ndef f(:\n")
    broken = digest(tree)
    assert libraries_of(tree / "models/model.py") == set()
    (tree / "models/model.py").write_text("import numpy\ndef g(:\n")
    assert len({whole, broken, digest(tree)}) == 3


def test_a_helper_beside_a_plugin_of_another_folder_counts_and_is_no_library(tree, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "model.py").write_text("import numpy\nfrom _helper import x\n")
    (mine / "_helper.py").write_text("x = 1\n")
    before = source_digest(mine / "model.py")
    (mine / "_helper.py").write_text("x = 2\n")
    source_digest.cache_clear()
    assert source_digest(mine / "model.py") != before
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


def test_threads_read_sources_at_the_same_time():
    # Whatever runs when garbage is collected lets another thread in: Python 3.11 cannot build two trees at once.
    def let_others_in(phase, info):
        time.sleep(0)

    usual = gc.get_threshold()
    gc.set_threshold(50)
    gc.callbacks.append(let_others_in)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(libraries_of, 3 * sorted((provenance.ROOT / "models").glob("*.py"))))
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


def test_versions_are_public_ones(monkeypatch):
    monkeypatch.setattr(provenance.metadata, "version", lambda name: "2.6.0+cpu")
    assert versions_of({"numpy", "not_installed"}) == {"numpy": "2.6.0"}


def test_the_host_is_a_kind_of_machine_and_not_its_name():
    assert sorted(host()) == ["cores", "cpu", "python", "system"]
    assert socket.gethostname() not in json.dumps(host())


def test_a_commit_is_marked_where_sources_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit() == ""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    (tmp_path / "a.py").write_text("x = 1\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    clean = commit()
    assert len(clean) == 12
    (tmp_path / "notes.txt").write_text("not a source")
    assert commit() == clean
    (tmp_path / "a.py").write_text("x = 2\n")
    assert commit() == f"{clean}+changes"


def test_a_machine_without_git_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit() == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'File "{provenance.ROOT}/models/tcn.py", line 3', 'File "models/tcn.py", line 3'),
        (f'File "{sys.base_prefix}/lib/python3.11/json/decoder.py"', 'File "lib/python3.11/json/decoder.py"'),
        ("File \"/opt/plugins/of mine/x.py\" and '/srv/y'", "File \"of mine/x.py\" and 'y'"),
        (f"see {Path.home()}", "see ~"),
        ("see https://example.org/a/b, and/or 3/4 of it", "see https://example.org/a/b, and/or 3/4 of it"),
    ],
)
def test_paths_are_cut_and_the_rest_is_kept(text, expected):
    assert without_paths(text) == expected


def test_a_user_without_a_home_of_its_own_changes_no_message(monkeypatch):
    monkeypatch.setenv("HOME", "/")
    assert without_paths("R2 / RMSE of /srv/data/trace.csv") == "R2 / RMSE of trace.csv"
