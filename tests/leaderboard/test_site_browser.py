# The page in a real browser: Debian's Chromium, driven by playwright.
import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from leaderboard.site.page import page
from tests.leaderboard.site.shown import EVIL, GRID, shown_board

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 300_000
"""How long the browser may take for one thing: a busy machine starts it slowly."""
TITLE = "Early inference bench: which method reads E0 and k_d, and how well"
ROWS = ["laplace", "tcn_dt_subsampled", "tcn", "gru", "mean", "nls"]

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


@pytest.fixture(scope="module")
def html(beside_ceiling, shared_folder_of, record_of):
    """The page of a small board."""
    return page(shown_board(beside_ceiling, shared_folder_of, record_of, stale=True), GRID)


@pytest.fixture
def opened(browser, html, tmp_path):
    """Open the page of a small board: ``opened(width=390, dark=True, at="#task=shift_10s")``.

    Whatever a test does, nothing may be written to the console and nothing be asked from anywhere.
    """
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    pages, said, asked = [], [], []

    def build(width=1280, dark=False, at="", script=True):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        tab = context.new_page()
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
        each.context.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {(tmp_path / "index.html").as_uri()}
    assert titles == {TITLE}


def rows(shown):
    return shown.eval_on_selector_all("#board tbody tr[data-of]", "rows => rows.map(row => row.dataset.of)")


def test_headings_sort_and_open_a_task_and_names_open_a_row_in_the_same_place(opened):
    shown = opened()
    assert rows(shown) == ROWS
    shown.click("#board [data-sort=core]")
    assert rows(shown)[0] == "laplace"
    assert shown.get_attribute("th:has([data-sort=core])", "aria-sort") == "ascending"
    shown.click("#board thead [data-task=shift_10s]")
    assert shown.inner_text("#board-title") == "One task"
    assert "Trained on 30 s @ 0.3 s; tested on 30 s @ 10 s." in shown.inner_text("#board")
    assert shown.evaluate("document.activeElement.id") == "task"
    assert -1 <= shown.evaluate("document.querySelector('#board').getBoundingClientRect().top") <= 400
    shown.click("#board [data-row=gru]")
    assert shown.inner_text("#board-title") == "One row"
    assert "Learned without physics, at one interval." in shown.inner_text("#board")
    assert shown.evaluate("document.activeElement.id") == "row"
    assert shown.url.endswith("#view=row&row=gru")


@pytest.mark.parametrize(
    ("words", "left"),
    [("tcn,gru", ["tcn_dt_subsampled", "tcn", "gru"]), ("GRU laplace", ["laplace", "gru"]), ("baseline", ["mean"])],
)
def test_filter_takes_several_words_and_families(opened, words, left):
    shown = opened()
    shown.fill("#find", words)
    assert rows(shown) == left
    assert shown.inner_text("#live") == f"{len(left)} of 6 rows"
    assert shown.evaluate("document.activeElement.id") == "find"
    shown.fill("#find", "zzz")
    assert "No row or family has" in shown.inner_text("#board")


def test_an_address_gives_the_same_page_while_it_is_open_and_anew(opened):
    shown = opened()
    shown.click("[data-q=faster]")
    shown.select_option("[data-s=p]", "60")
    shown.check("input[name=t][value=k_d]", force=True)
    at = shown.url.partition("#")[2]
    assert at == "q=faster&t=k_d&p=60"
    again = opened(at=f"#{at}")
    assert again.inner_text("#panel") == shown.inner_text("#panel")
    assert again.inner_text("#board") == shown.inner_text("#board")
    again.evaluate("location.hash = '#view=task&task=lag'")
    again.wait_for_selector("#task")
    assert again.input_value("#task") == "lag"


def test_what_the_board_does_not_have_is_said_not_guessed(opened):
    shown = opened(at="#view=task&task=nothing&row=nobody")
    assert (
        shown.inner_text("#unknown")
        == "This board has no task nothing, no row nobody: what it has is shown in its place."
    )
    assert shown.input_value("#task") == "shift_10s"


def test_three_questions_are_answered_in_place_by_mouse_and_by_keys(opened):
    shown = opened()
    shown.focus("#tab-result")
    shown.keyboard.press("ArrowDown")
    assert shown.evaluate("document.activeElement.id") == "tab-use"
    told = shown.inner_text("#panel")
    assert "Use infer." in told
    assert "± 0.0091 g/L" in told
    assert "python run_bench.py infer trace.csv" in told
    assert shown.eval_on_selector_all("#panel tbody th b", "all => all.map(each => each.textContent)") == [
        "laplace",
        "tcn_dt_subsampled",
        "tcn",
    ]
    shown.keyboard.press("ArrowDown")
    assert "For k_d: longer. For E0: both alike." in shown.inner_text("#panel")
    assert shown.locator("#panel tbody tr").count() == 4
    shown.click("[data-q=fails]")
    assert shown.inner_text("#panel .answer b") == "Its training, not the model."
    assert "python run_bench.py diagnose" in shown.inner_text("#panel")
    shown.select_option("[data-s=net]", "tcn")
    assert shown.inner_text("#panel h2") == "Why tcn fails at 10 s"


def test_a_pair_that_no_task_measures_says_so(opened):
    told = opened(at="#q=use&p=60&d=2").inner_text("#panel")
    assert "No row was tested at this pair" in told
    assert "30 s every 0.3 s, 30 s every 1 s, 30 s every 10 s" in told


def test_errors_are_shown_as_ratios_and_in_units(opened):
    shown = opened()
    first = shown.locator("tr[data-of=laplace] td >> nth=3")
    assert first.inner_text() == shown.evaluate("times(board.cells.in_distribution.laplace.ratio[0][0])")
    shown.check("input[name=as][value=unit]", force=True)
    assert first.inner_text() == shown.evaluate("short(board.cells.in_distribution.laplace.rmse[0], 0)")
    assert shown.inner_text("tr.att th") == "attainable, g/L"


def test_cells_without_a_score_say_why_and_stale_ones_are_marked(opened):
    shown = opened()
    assert EVIL[:60] in shown.inner_text("tr[data-of=nls]")
    assert shown.inner_text("tr[data-of=gru] td >> nth=9").endswith("*")
    assert "stale: made before a change" in shown.inner_text("#board")


def test_what_a_record_holds_is_shown_as_text(opened):
    shown = opened(at="#view=row&row=gru")
    assert EVIL in shown.inner_text("#board .taskhead").replace("\n", "")
    shown.click("#board summary")
    assert EVIL in shown.inner_text("#board details")
    assert shown.locator("img").count() == 0


def test_csv_holds_a_line_a_task_and_row_with_units(opened):
    lines = opened().evaluate("csvText()").splitlines()
    assert lines[0].startswith("task,row,family,trained_at_one_interval,status,E0_rmse_g_per_L,E0_ratio,")
    assert len([line for line in lines if ",tcn," in line]) == 7


SMALL = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const svg = each.closest("svg"), scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    return each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
        && parseFloat(getComputedStyle(each).fontSize) * scale < 11.9;
}).map((each) => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [320, 390, 720, 1280])
def test_page_is_never_wider_than_the_window_and_no_text_is_small(opened, width):
    shown = opened(width=width)
    for at in ("", "q=use&view=row", "q=faster&view=task", "q=fails&view=map"):
        shown.evaluate(f"location.hash = '{at}'")
        shown.wait_for_function(
            f"location.hash.slice(1) === '{at}' && state.q === '{at[2:].split('&')[0] or 'result'}'"
        )
        assert (at, shown.evaluate("document.documentElement.scrollWidth") <= width) == (at, True)
        assert (at, shown.evaluate(SMALL)) == (at, [])


OVERLAPS = """() => [...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    return [
        ...boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1).map(([text]) => text),
        ...boxes.flatMap(([one, a], i) => boxes.slice(0, i).filter(([, b]) => meet(a, b)).map(([two]) => [one, two])),
    ];
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_labels_of_charts_lie_within_them_and_not_on_each_other(opened, width):
    for at in ("", "#q=faster", "#q=fails"):
        assert (at, opened(width=width, at=at).evaluate(OVERLAPS)) == (at, [])


WIDER_THAN_COLUMN = """() => [...document.querySelectorAll("table.map thead th button")].filter((each) => {
    const text = document.createRange();
    text.selectNodeContents(each);
    return text.getBoundingClientRect().width > each.closest("th").getBoundingClientRect().width;
}).map((each) => each.textContent)"""


def test_print_holds_every_column_and_its_heading(opened):
    shown = opened(width=1054)
    shown.emulate_media(media="print")
    frame = shown.evaluate("document.querySelector('main').getBoundingClientRect().right")
    ends = shown.eval_on_selector_all(
        "table.map thead th", "all => all.map(each => each.getBoundingClientRect().right)"
    )
    assert max(ends) <= frame + 1
    assert shown.evaluate(WIDER_THAN_COLUMN) == []
    assert not shown.is_visible("#csv")
    assert shown.is_visible(".result")


def test_without_a_script_the_result_and_every_row_are_there(opened):
    shown = opened(script=False)
    assert shown.is_visible("#panel svg >> nth=0")
    assert shown.locator("noscript tbody tr, .use tbody tr").count() == 6
    assert not shown.is_visible("#theme")


def test_dark_follows_the_system_and_the_button(opened):
    shown = opened(dark=True)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert shown.evaluate(paper) == "rgb(20, 23, 27)"
    shown.click("#theme")
    assert shown.evaluate(paper) == "rgb(255, 255, 255)"
    assert shown.url.endswith("#theme=light")
    assert opened().evaluate(paper) == "rgb(255, 255, 255)"


FAINT = """() => {
    const parts = (text) => text.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255);
    const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = (text) => { const [r, g, b] = parts(text).map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const contrast = (a, b) => {
        const [low, high] = [light(a), light(b)].sort((p, q) => p - q);
        return (high + 0.05) / (low + 0.05);
    };
    const paper = getComputedStyle(document.body).backgroundColor;
    const behind = (node) => {
        const own = node ? getComputedStyle(node).backgroundColor : paper;
        return own.startsWith("rgba(0, 0, 0, 0") ? behind(node.parentElement) : own;
    };
    const texts = [...document.querySelectorAll("body *")].filter((each) =>
        each.checkVisibility() && !each.closest("svg")
        && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
    const marks = [...document.querySelectorAll("use.m")].map((each) => [each, getComputedStyle(each)]);
    const stands = ({ fill, stroke }) => Math.max(contrast(fill, paper), contrast(stroke, paper)) >= 3;
    return [
        ...texts.filter((each) => contrast(getComputedStyle(each).color, behind(each)) < 4.5),
        ...marks.filter(([, style]) => !stands(style)).map(([each]) => each),
    ].map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_texts_and_marks_stand_out_from_what_is_behind_them(opened, dark):
    assert opened(dark=dark).evaluate(FAINT) == []


def test_screen_reader_finds_names_for_everything(opened):
    for at in ("#q=use", "#view=task&q=faster", "#view=row&q=fails"):
        shown = opened(at=at)
        lacking = shown.evaluate(
            """() => [
                ...[...document.querySelectorAll("th")].filter((each) =>
                    !["row", "col", "colgroup", "rowgroup"].includes(each.scope)),
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
        heads = shown.eval_on_selector_all("table.one thead th", "all => all.map(each => each.textContent)")
        assert len(heads) == len(set(heads))


@pytest.mark.parametrize(("width", "goes_on"), [(560, True), (1280, False)])
def test_a_map_that_goes_on_to_the_right_says_so(opened, width, goes_on):
    shown = opened(width=width, at="#view=map")
    hidden_columns = shown.evaluate(
        "document.querySelector('.scroll').scrollWidth > document.querySelector('.scroll').clientWidth"
    )
    assert (hidden_columns, shown.locator(".cue").is_visible()) == (goes_on, goes_on)
