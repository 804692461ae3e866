# The records in leaderboard/records/, and what the checkout makes of them.
import re

import pytest

from bench.compiled import ROOT
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import files_in, load_task
from bench.world.quantities import TARGET_NAMES
from leaderboard.predictions import Predictions
from leaderboard.published.board import BOARD_PAGE, generated, out_of_date, planned_cells, published_findings
from leaderboard.published.check import problems
from leaderboard.published.plan import PLAN_FILE, Published
from leaderboard.published.store import read_published

FOLDER = ROOT / "leaderboard" / "records"


@pytest.fixture(scope="module")
def records():
    published = read_published(FOLDER)
    if not published:
        pytest.skip("nothing is published yet: run_bench.py publish")
    return published


@pytest.fixture(scope="module")
def tasks():
    loaded = {name: load_task(path) for name, path in files_in([ROOT / "tasks"]).items()}
    return {name: task for name, task in loaded.items() if task.suite != "laboratory"}


@pytest.fixture(scope="module")
def planned(records):
    return Published.from_json((ROOT / PLAN_FILE).read_text(encoding="utf-8"))


def test_every_record_that_is_ok_has_its_scores(records):
    assert {record.metric_version for record in records} <= set(range(1, METRIC_VERSION + 1))
    lacking = [record.cell for record in records if record.status == "ok" and set(record.scores) != set(TARGET_NAMES)]
    assert lacking == []


def test_cells_are_those_of_the_plan_and_the_board_counts_those_that_are_missing(records, planned, tasks):
    cells, there = {cell.cell for cell in planned_cells(planned, tasks)}, {record.cell for record in records}
    assert there - cells == set()
    summary = re.search(r"seeds: [\d,]+ cells, (.*)\. Made by", (ROOT / BOARD_PAGE).read_text(encoding="utf-8"))
    counted = re.search(r"([\d,]+) not_run", summary[1])
    assert int(counted[1].replace(",", "") if counted else 0) == len(cells - there)


def test_the_plan_is_complete(records, planned, tasks):
    there = {record.cell for record in records}
    assert [cell.cell for cell in planned_cells(planned, tasks) if cell.cell not in there] == []


@pytest.mark.slow
@pytest.mark.smoke
def test_every_record_says_what_its_predictions_say(records):
    assert problems(Predictions(FOLDER), records) == []


@pytest.mark.slow
@pytest.mark.smoke
def test_readme_pictures_and_page_are_what_the_records_give(records, planned, tasks):
    findings = published_findings(records, Predictions(FOLDER), tasks, planned)
    assert out_of_date(ROOT, generated(ROOT, findings, planned)) == []
