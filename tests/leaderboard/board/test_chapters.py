import numpy as np
import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.board.chapters import overview_chapters, shift_chapters
from leaderboard.comparison.evidence import Evidence
from leaderboard.pictures.looks import looks_of
from leaderboard.tables import tables

FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
TASKS = {
    "base": Task("base", "why", (FINE,), FINE, core=True),
    "shift": Task("shift", "why", (FINE,), COARSE, core=True),
    "matched": Task("matched", "why", (COARSE,), COARSE),
}
LOOKS = looks_of(["tcn", "bayes"])


@pytest.fixture
def tables_of(beside_ceiling):
    def build(names, presets=("quick",)):
        cells = beside_ceiling({"tcn": 0.1}, names, n_seeds=1)
        return tables([type(cell)(**{**vars(cell), "preset": preset}) for cell in cells for preset in presets])

    return build


def evidence_of(table):
    draws = np.random.default_rng(0).standard_normal((2, 50, 2))
    return Evidence(table, np.zeros((50, 2)), {"tcn": draws[:1] ** 2}, draws[1] ** 2)


def test_shift_chapter_holds_what_remedies_recover(tables_of):
    (chapter,) = shift_chapters(tables_of(TASKS), TASKS)
    assert chapter.title == "Sampling and prefix"
    assert "| E0, row | `base` | `shift` | `matched` |" in chapter.text
    assert chapter.pictures == {}


def test_single_task_has_no_shift_chapter(tables_of):
    assert shift_chapters(tables_of(["base"]), TASKS) == []
    assert shift_chapters(tables_of(TASKS), {}) == []


def test_overview_chapter_is_of_the_core_tasks(tables_of, tmp_path):
    found = [evidence_of(table) for table in tables_of(TASKS)]
    (chapter,) = overview_chapters(found, TASKS, LOOKS, tmp_path)
    assert chapter.text.startswith("Core tasks: `base`, `shift`. Preset quick; seed 0.")
    assert chapter.pictures == {
        "Overview": "overview.png",
        "Every row on every task": "ratios.png",
        "Accuracy against cost": "accuracy_cost.png",
    }
    assert {path.name for path in tmp_path.iterdir()} == set(chapter.pictures.values())
    assert overview_chapters(found, {}, LOOKS, tmp_path) == []


def test_presets_have_pictures_of_their_own(tables_of, tmp_path):
    found = [evidence_of(table) for table in tables_of(["base", "shift"], ("quick", "full"))]
    overviews = overview_chapters(found, TASKS, LOOKS, tmp_path)
    assert [(chapter.title, *chapter.pictures.values()) for chapter in overviews] == [
        ("Overview, full", "overview_full.png", "ratios_full.png", "accuracy_cost_full.png"),
        ("Overview, quick", "overview_quick.png", "ratios_quick.png", "accuracy_cost_quick.png"),
    ]
    tables = tables_of(TASKS, ("quick", "full"))
    assert [chapter.title for chapter in shift_chapters(tables, TASKS)] == [
        "Sampling and prefix, full",
        "Sampling and prefix, quick",
    ]
