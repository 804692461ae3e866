# The page in a real browser: Debian's Chromium, driven by playwright.
import os
import shutil
from dataclasses import replace

import pytest
from playwright.sync_api import sync_playwright

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.comparison.findings import Findings
from leaderboard.site.page import page

CHROMIUM = shutil.which("chromium")
EVIL = "<img src=x onerror=\"document.title = 'taken'\"></script><script>document.title = 'taken'</script>"
TARGETS = ("E0_g_per_L", "k_d_per_s")
PATIENCE_MS = 300_000
"""How long the browser may take for one thing: a busy machine starts it slowly."""
SURE = {"nll": 0.0, "crps": 0.1, "sharpness": 0.1, "coverage_50": 0.5, "coverage_90": 0.9}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.smoke,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("NEEDS_BROWSER"),
        reason="chromium is not installed: apt install chromium",
    ),
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage"],  # a container's shared memory is small
            timeout=PATIENCE_MS,
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, beside_ceiling, folder_of, record_of, tmp_path):
    """Open the page of a small board: ``opened(width=390, dark=True, at="#task=shift_10s")``.

    Whatever a test does, nothing may be written to the console and nothing be asked from anywhere.
    """
    fine, coarse = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
    tasks = {
        "in_distribution": Task("in_distribution", "can it be done", (fine,), fine, core=True),
        "shift_10s": Task("shift_10s", "is it robust", (fine,), coarse, core=True),
    }
    errors = {"mean": 1.0, "tcn": 0.1, "tcn_dt": 0.15, "gru": 0.3}
    records = beside_ceiling(errors, tasks, uncertainty=dict.fromkeys(TARGETS, SURE))
    folder = folder_of(records)
    records += [record_of("nls", 0, "cannot", message=EVIL), record_of("nls", 1, "not_run")]
    records = [replace(record, settings={EVIL: EVIL}) if record.row == "gru" else record for record in records]
    stale = {record.cell: ("source",) for record in records if (record.row, record.task) == ("gru", "shift_10s")}
    html = page(Findings.of(records, folder, tasks, stale), {"tcn": "A network.", "gru": EVIL})
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    pages, said, asked = [], [], []

    def build(width=1280, dark=False, at=""):
        tab = browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        tab.set_default_timeout(PATIENCE_MS)
        pages.append(tab)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((tmp_path / "index.html").as_uri() + at)
        return tab

    yield build
    titles = {each.title() for each in pages}
    for each in pages:
        each.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {(tmp_path / "index.html").as_uri()}
    assert titles == {"Early inference bench: the board"}


def rows(shown, table="#scores"):
    return shown.eval_on_selector_all(f"{table} tbody tr", "rows => rows.map(row => row.dataset.row)")


def test_heading_sorts_best_first_then_worst_first_between_floor_and_ceiling(opened):
    shown = opened()
    heading = shown.locator("#scores th", has=shown.locator("[data-sort=r2_1]"))
    assert heading.get_attribute("aria-sort") == "none"
    shown.click("#scores [data-sort=r2_1]")
    assert rows(shown) == ["mean", "tcn", "tcn_dt", "gru", "nls", "bayes"]
    assert heading.get_attribute("aria-sort") == "descending"
    shown.click("#scores [data-sort=r2_1]")
    assert rows(shown) == ["mean", "gru", "tcn_dt", "tcn", "nls", "bayes"]
    assert heading.get_attribute("aria-sort") == "ascending"
    shown.click("#overview-0 [data-sort=row]")
    assert rows(shown, "#overview-0") == ["mean", "tcn", "tcn_dt", "bayes"]


def test_filter_keeps_floor_and_ceiling_everywhere(opened):
    shown = opened()
    shown.fill("#filter", "TCN")
    assert rows(shown) == ["mean", "tcn", "tcn_dt", "bayes"]
    assert rows(shown, "#overview-0") == ["mean", "tcn", "tcn_dt", "bayes"]
    assert shown.inner_text("#shown") == "2 of 4 rows, floor and ceiling beside them"
    heads = shown.eval_on_selector_all("#status th[scope=col]", "heads => heads.map(head => head.textContent)")
    assert heads == ["task", "bayes", "mean", "tcn", "tcn_dt"]
    shown.fill("#filter", "nothing of the kind")
    assert rows(shown) == ["mean", "bayes"]


def test_task_switch_changes_the_table_and_the_address_which_opens_the_same_task(opened):
    shown = opened()
    assert shown.inner_text("#task-title") == "Task in_distribution"
    shown.select_option("#task-switch", label="shift_10s")
    assert shown.inner_text("#task-title") == "Task shift_10s"
    assert "tested on 30 s @ 10 s" in shown.inner_text("#task-body")
    assert shown.url.endswith("#task=shift_10s")
    assert opened(at="#task=shift_10s").inner_text("#task-title") == "Task shift_10s"


def test_pictures_show_the_ratio_or_r2(opened):
    shown = opened()
    first = shown.locator("#task-panels svg").first
    assert first.get_attribute("aria-label").startswith("RMSE / ceiling of E0 for 5 rows on in_distribution")
    shown.check("input[value=r2]")
    assert first.get_attribute("aria-label").startswith("R2 of E0 for 5 rows on in_distribution")
    assert shown.inner_text("#curves h3 >> nth=0") == "E0: R2"


def test_curves_have_a_point_a_task_and_a_row_can_be_picked_out(opened):
    shown = opened()
    panel = shown.locator("#curves svg[role=img]").first
    assert panel.locator("polyline").count() == 4  # floor, ceiling and two rows; gru is stale on one task
    assert panel.locator("polyline.faded").count() == 0
    shown.click("#curves [data-legend=tcn]")
    assert shown.get_attribute("#curves [data-legend=tcn]", "aria-pressed") == "true"
    assert panel.locator("polyline.faded").count() == 1
    assert shown.evaluate("document.activeElement.dataset.legend") == "tcn"


def test_row_opens_its_predictions_and_settings_and_gives_the_focus_back(opened):
    shown = opened()
    shown.click("#scores [data-row=tcn] button.row")
    assert shown.inner_text("#details-title") == "tcn on in_distribution"
    assert "A network." in shown.inner_text("#details")
    assert shown.locator("#details svg").count() == 2
    assert shown.locator("#details svg >> nth=0 >> circle").count() == 40
    before = shown.inner_html("#details svg >> nth=0")
    shown.check("#details input[name=seed] >> nth=2")
    assert shown.inner_html("#details svg >> nth=0") != before
    assert "epochs" in shown.inner_text("#details")
    shown.keyboard.press("Escape")
    assert not shown.is_visible("#details")
    assert shown.evaluate("document.activeElement.textContent") == "tcn"


def test_keyboard_alone_sorts_and_opens(opened):
    shown = opened()
    shown.focus("#scores [data-sort=row]")
    shown.keyboard.press("Enter")
    assert rows(shown) == ["mean", "gru", "nls", "tcn", "tcn_dt", "bayes"]
    assert shown.evaluate("document.activeElement.dataset.sort") == "row"
    shown.focus("#scores [data-row=gru] button.row")
    shown.keyboard.press("Enter")
    assert shown.is_visible("#details")


def test_what_a_record_holds_is_shown_as_text(opened):
    shown = opened()
    shown.click("#scores [data-row=nls] button.row")
    assert EVIL[:40] in shown.inner_text("#details")
    shown.keyboard.press("Escape")
    shown.click("#scores [data-row=gru] button.row")
    assert EVIL in shown.inner_text("#details p >> nth=0")
    assert shown.locator("img").count() == 0


def test_cells_without_a_score_and_stale_ones_are_marked(opened):
    shown = opened(at="#task=shift_10s")
    assert "stale: source" in shown.inner_text("#scores [data-row=gru]")
    table = shown.inner_text("#status")
    assert "1 cannot, 1 not_run" in table
    assert "3 ok; stale: source" in table


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_page_is_never_wider_than_the_window(opened, width):
    shown = opened(width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    shown.click("#scores [data-row=tcn] button.row")
    assert shown.evaluate("document.getElementById('details').getBoundingClientRect().right") <= width


def test_dark_follows_the_system_and_the_button(opened):
    shown = opened(dark=True)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert shown.evaluate(paper) == "rgb(18, 20, 23)"
    shown.click("#theme")
    assert shown.evaluate(paper) == "rgb(255, 255, 255)"
    assert opened().evaluate(paper) == "rgb(255, 255, 255)"


def test_screen_reader_finds_names_for_everything(opened):
    shown = opened()
    for details in shown.query_selector_all("details"):
        details.evaluate("each => { each.open = true; }")
    lacking = shown.evaluate(
        """() => [
            ...[...document.querySelectorAll("table")].filter((each) => !each.caption?.textContent),
            ...[...document.querySelectorAll("th")].filter((each) => !["row", "col"].includes(each.scope)),
            ...[...document.querySelectorAll("svg")].filter((each) =>
                !(each.getAttribute("role") === "img" && each.getAttribute("aria-label")) &&
                each.getAttribute("aria-hidden") !== "true"),
            ...[...document.querySelectorAll("input, select")].filter((each) => !each.labels.length),
            ...[...document.querySelectorAll("section")].filter((each) =>
                !document.getElementById(each.getAttribute("aria-labelledby"))?.textContent),
        ].map((each) => each.outerHTML.slice(0, 100))"""
    )
    assert lacking == []
    ids = shown.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))
    sorts = shown.eval_on_selector_all("[aria-sort]", "all => all.map(each => each.getAttribute('aria-sort'))")
    assert set(sorts) == {"none"}
