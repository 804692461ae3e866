from pathlib import Path

import pytest

from bench.compiled import ROOT
from bench.errors import BenchError, PluginError
from bench.run.catalogue import DECLARED, SUITE, choose, declared_in, files_in, load_task, rows_in, summary_of

FILES = {name: Path(f"tasks/{name}.py") for name in ("in_distribution", "prefix_10s", "prefix_60s", "shift_1s")}


@pytest.fixture
def folders(tmp_path):
    """Two folders of plugins."""
    for name in ("mine", "yours"):
        (tmp_path / name).mkdir()
    return tmp_path / "mine", tmp_path / "yours"


def message_of(function, *arguments):
    with pytest.raises(BenchError) as caught:
        function(*arguments)
    return str(caught.value)


def test_files_are_found_by_name_and_shared_code_is_left_out(folders):
    for folder, name in zip(folders, ("b", "a"), strict=True):
        (folder / f"{name}.py").touch()
        (folder / "_shared.py").touch()
        (folder / "notes.txt").touch()
        (folder / f".#{name}.py").symlink_to("somebody@somewhere.1234")  # an editor's lock
    assert files_in(folders) == {"a": folders[1] / "a.py", "b": folders[0] / "b.py"}


def test_two_plugins_of_one_name_are_an_error_that_names_both_folders(folders):
    for folder in folders:
        (folder / "tcn.py").touch()
    assert message_of(files_in, folders) == (
        "plugin 'tcn': name must be unique, got it in mine and yours. Rename one file."
    )


def test_a_folder_that_is_given_twice_is_one_folder(folders, monkeypatch):
    (folders[0] / "tcn.py").touch()
    monkeypatch.chdir(folders[0].parent)
    assert files_in([folders[0], Path("mine"), Path("yours/../mine")]).keys() == {"tcn"}


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    assert message_of(files_in, [tmp_path / "nowhere"]) == (
        f"folder '{tmp_path / 'nowhere'}': path must be an existing folder, got none. Check the spelling."
    )


TABLE = '"""Rows."""\nwide = row(Net, width=8)\nNET = Net()\nx = y.row(Net)\nother: int = 3\nraise SystemExit\n'


def test_rows_of_a_table_that_is_given_in_place_of_a_folder_are_found_without_importing_it(folders):
    (folders[0] / "net.py").touch()
    table = folders[0] / "_rows.py"
    table.write_text(TABLE)
    assert files_in([folders[0], table, table]) == {"net": folders[0] / "net.py", "wide": table}
    assert rows_in(table) == {"wide": "row(Net, width=8)"}
    assert summary_of(table, "wide") == "row(Net, width=8)"


def test_a_row_of_the_name_of_a_plugin_is_an_error_that_names_both_folders(folders):
    (folders[0] / "wide.py").touch()
    (folders[1] / "rows.py").write_text(TABLE)
    assert message_of(files_in, [folders[0], folders[1] / "rows.py"]) == (
        "plugin 'wide': name must be unique, got it in mine and yours. Rename one file."
    )


def test_a_file_without_rows_is_no_folder(tmp_path):
    (tmp_path / "x.py").write_text("x = 1\n")
    assert message_of(files_in, [tmp_path / "x.py"]).startswith(f"folder '{tmp_path / 'x.py'}': path must be an exist")


def test_names_are_picked_in_the_order_asked_for():
    assert list(choose("task", ["shift_1s", "prefix_10s"], FILES)) == ["shift_1s", "prefix_10s"]
    assert list(choose("model", ["all"], FILES)) == list(FILES)


def test_an_unknown_task_is_an_error_that_names_the_closest():
    assert message_of(choose, "task", ["prefix_20s"], FILES) == (
        "task 'prefix_20s': name must be one of in_distribution, prefix_10s, prefix_60s, shift_1s, got 'prefix_20s'. "
        "Did you mean 'prefix_60s'?"
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("xyz", ""),
        ("inception", " Did you mean 'inception_time'?"),
        ("tcn_td", " Did you mean 'tcn_dt' or 'tcn'?"),
    ],
)
def test_an_unknown_model_is_told_of_the_closest_and_of_folders_of_ones_own(name, meant):
    known = {known: Path(f"models/{known}.py") for known in ("inception_time", "ridge", "tcn", "tcn_dt")}
    assert message_of(choose, "model", [name], known) == (
        f"model '{name}': name must be one that --list shows, got '{name}'.{meant} "
        "A plugin of your own is found with --models DIR."
    )


def test_a_task_whose_name_is_not_its_files_is_an_error(tmp_path):
    path = tmp_path / "shift_2s.py"
    path.write_text(
        "from bench.task import Task\nfrom bench.world.acquisition import Acquisition\n"
        "TASK = Task('shift_3s', 'q', (Acquisition(30.0, 1.0),), Acquisition(30.0, 1.0))\n"
    )
    message = message_of(load_task, path)
    assert message.startswith("task 'shift_2s': file must define TASK = Task(name='shift_2s', ...), got Task(name='sh")
    assert message.endswith(". Mend the file.")


def test_a_task_file_without_a_task_is_an_error(tmp_path):
    (tmp_path / "empty.py").write_text("x = 1\n")
    assert message_of(load_task, tmp_path / "empty.py") == (
        "task 'empty': file must define TASK = Task(name='empty', ...), got None. Mend the file."
    )


def test_a_file_that_is_no_python_is_an_error(tmp_path):
    (tmp_path / "task.txt").touch()
    assert message_of(load_task, tmp_path / "task.txt").startswith("file 'task.txt': path must be a Python file, got")


def test_a_summary_is_read_without_importing_the_file(hostile, tmp_path):
    assert summary_of(hostile / "broken_import.py") == "Raises while it is imported."
    (tmp_path / "long.py").write_text('"""One sentence\nover two lines.\n\nMore."""\nraise SystemExit\n')
    assert summary_of(tmp_path / "long.py") == "One sentence over two lines."
    (tmp_path / "none.py").write_text("raise SystemExit\n")
    assert summary_of(tmp_path / "none.py") == ""


NO_PYTHON = {
    "x = 1\ndef f(:\n": "invalid syntax in line 2",
    "def f():\nreturn 1\n": "expected an indented block after function definition on line 1 in line 2",
    "x = '\0'": "source code string cannot contain null bytes",
}


@pytest.mark.parametrize(("text", "what"), NO_PYTHON.items())
def test_the_summary_of_a_file_that_is_no_python_is_what_to_mend(tmp_path, text, what):
    (tmp_path / "x.py").write_text(text)
    assert summary_of(tmp_path / "x.py") == f"plugin 'x': file must be Python, got {what}. Mend the file."


def test_a_file_that_is_no_python_is_refused_when_it_is_loaded(tmp_path):
    (tmp_path / "shift_2s.py").write_text("TASK =\n")
    message = "task 'shift_2s': file must be Python, got invalid syntax in line 1. Mend the file."
    assert message_of(load_task, tmp_path / "shift_2s.py") == message


def test_every_published_row_says_how_boards_show_it():
    for path in sorted((ROOT / "models").glob("[!_]*.py")):
        assert list(declared_in(path)) == list(DECLARED), path.name


def test_only_the_class_of_the_model_says_how_boards_show_it(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text('class Glm:\n    family = "gaussian"\nclass Mine:\n    family: str = "trees"\nMODEL = Mine()\n')
    assert declared_in(path) == {"family": "trees"}
    assert declared_in(path, "a_row_of_a_table") == {}
    path.write_text("MODEL = some.other()\n")
    assert declared_in(path) == {}
    path.write_text("not python")
    assert declared_in(path) == {}


def test_a_row_says_that_it_belongs_to_a_suite(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text('class Mine:\n    suite = "laboratory"\n    family = "trees"\nMODEL = Mine()\n')
    assert declared_in(path, "mine", SUITE) == {"suite": "laboratory"}
    assert declared_in(path) == {"family": "trees"}


def test_a_family_that_does_not_exist_is_an_error(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text('class Mine:\n    family = "magic"\nMODEL = Mine()\n')
    with pytest.raises(PluginError, match=r"plugin 'mine': family must be one of physics, .*, got 'magic'\. Mend"):
        declared_in(path)
