import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.run.origin import provenance
from bench.run.origin.provenance import commit, host, versions_of, without_paths


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
