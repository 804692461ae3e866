import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import BenchWarning
from bench.run.origin import provenance
from bench.run.origin.provenance import commit, host, versions_of, without_paths


def test_versions_are_public_ones(monkeypatch):
    monkeypatch.setattr(provenance.metadata, "version", lambda name: "2.6.0+cpu")
    assert versions_of({"numpy", "not_installed"}) == {"numpy": "2.6.0"}


def test_the_host_is_a_kind_of_machine_and_not_its_name():
    assert sorted(host()) == ["cores", "cpu", "python", "system"]
    assert socket.gethostname() not in json.dumps(host())


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Checkout with one commit, that of the suite from now on."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "a.py").write_text("x = 1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    monkeypatch.setattr(provenance, "ROOT", folder)
    return folder


def test_a_commit_is_marked_where_sources_differ(checkout):
    clean = commit()
    assert len(clean) == 12
    (checkout / "notes.txt").write_text("not a source")
    assert commit() == clean
    (checkout / "a.py").write_text("x = 2\n")
    assert commit() == f"{clean}+changes"


def test_an_archive_unpacked_inside_another_repository_has_no_commit(checkout, monkeypatch):
    inside = checkout / "unpacked"
    inside.mkdir()
    monkeypatch.setattr(provenance, "ROOT", inside)
    assert commit() == ""


def test_a_repository_that_surroundings_name_is_not_that_of_the_checkout(checkout, tmp_path, monkeypatch):
    mine = commit()
    subprocess.run(["git", "clone", "-q", "--bare", checkout, tmp_path / "other.git"], check=True)
    (checkout / "a.py").write_text("x = 2\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other.git"))
    assert commit() == f"{mine}+changes"


@pytest.mark.parametrize("refused", ["owner", "emptied"])
def test_a_commit_that_git_does_not_tell_is_said(checkout, monkeypatch, refused):
    if refused == "owner":
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    else:
        shutil.rmtree(checkout / ".git")
        (checkout / ".git").mkdir()
    reason = {"owner": "fatal: detected dubious ownership in repository at", "emptied": "fatal: not a git repository"}
    with pytest.warns(BenchWarning) as said:
        assert commit() == ""
    text = str(said[0].message)
    assert text.startswith(f"checkout 'checkout': git must tell its commit, got: {reason[refused]}")
    assert text.endswith(". What runs now is recorded without a commit; do what git says, then repeat the command.")


def test_a_checkout_on_a_machine_without_git_says_so(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.warns(BenchWarning, match="got: no git: No such file or directory"):
        assert commit() == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'File "{provenance.ROOT}/models/tcn.py", line 3', 'File "models/tcn.py", line 3'),
        (f'File "{sys.base_prefix}/lib/python3/json/decoder.py"', 'File "lib/python3/json/decoder.py"'),
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
