import json
import random
import re
from html.parser import HTMLParser

import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.comparison.findings import Findings
from leaderboard.site.page import page, page_values

EVIL = "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">'\"&\u2028"


def core_tasks():
    fine, coarse = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
    return {
        "in_distribution": Task("in_distribution", "can it be done", (fine,), fine, core=True),
        "shift_10s": Task("shift_10s", "is it robust", (fine,), coarse, core=True),
    }


class Document(HTMLParser):
    """Tags of a page, and the text of each script."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        self.scripts += [""] * self._inside

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.scripts[-1] += data


def written(records, folder, abouts=None, stale=None):
    return page(Findings.of(records, folder, core_tasks(), stale), abouts or {"tcn": "A network."})


@pytest.fixture
def run(beside_ceiling, folder_of):
    """Records of two core tasks and their folder."""
    errors = {"mean": 1.0, "tcn": 0.1}
    records = beside_ceiling(errors, core_tasks())
    return records, folder_of(records)


def test_page_is_the_same_byte_for_byte_whatever_the_order_of_records(run):
    records, folder = run
    shuffled = records.copy()
    random.Random(3).shuffle(shuffled)
    assert written(shuffled, folder) == written(records, folder)


def test_page_holds_its_values_style_and_script_and_asks_for_nothing(run):
    html = written(*run)
    document = Document(html)
    assert [attributes for tag, attributes in document.tags if "src" in attributes] == []
    assert [attributes["href"] for _, attributes in document.tags if "href" in attributes] == ["data:,", "#overview"]
    policy = next(attributes["content"] for tag, attributes in document.tags if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; ")
    assert re.findall(r"https?://[^\s\"'`)]+", html) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize(
    ("seeds", "said"), [((0,), "<dt>seed</dt><dd>0</dd>"), ((0, 2), "<dt>seeds</dt><dd>0, 2</dd>")]
)
def test_seeds_are_named_one_or_several(record_of, tmp_path, seeds, said):
    assert said in written([record_of("tcn", seed) for seed in seeds], tmp_path)


def test_values_are_those_of_the_records(run):
    values = json.loads(Document(written(*run)).scripts[0])
    assert [table["task"] for table in values["tables"]] == ["in_distribution", "shift_10s"]
    assert values["tables"][1]["about"] == {
        "question": "is it robust",
        "train": "30 s @ 0.3 s",
        "test": "30 s @ 10 s",
        "core": True,
    }
    assert values["grid"] == [[30.0, 0.3, "in_distribution"], [30.0, 10.0, "shift_10s"]]
    assert values["rows"]["tcn"]["about"] == "A network."
    assert values["rows"]["tcn"]["settings"] == [{"epochs": "60"}]
    assert {row: look["role"] for row, look in values["rows"].items()} == {
        "bayes": "ceiling",
        "mean": "floor",
        "tcn": "",
    }
    assert [row["row"] for row in values["overviews"][0]["rows"]] == ["tcn", "mean"]
    assert values["alarms"] == []


def test_whatever_a_record_holds_stays_text(record_of, tmp_path):
    cells = [
        record_of("tcn", 0, "failed", message=EVIL, settings={EVIL: EVIL}, commit=EVIL, host={"cpu": EVIL}),
        record_of("tcn", 1, "failed", message=EVIL, versions={EVIL: "1"}, preset=EVIL, started_utc=EVIL),
        record_of(EVIL, 0, "cannot", message=EVIL, task=EVIL),
    ]
    html = written(cells, tmp_path, {"tcn": EVIL, EVIL: EVIL}, {cells[0].cell: (EVIL,)})
    harmless = written([record_of("tcn", 0, "failed")], tmp_path)
    assert [tag for tag, _ in Document(html).tags if tag in ("script", "img")] == ["script", "script"]
    assert Document(html).scripts[1] == Document(harmless).scripts[1]
    values = json.loads(Document(html).scripts[0])
    assert values["rows"][EVIL]["about"] == EVIL
    assert EVIL in {line["row"] for table in values["tables"] for line in table["lines"]}


def test_row_that_beats_the_ceiling_is_an_alarm_at_the_top(beside_ceiling, folder_of):
    errors = {"tcn": 0.0001, "gru": 0.2}
    records = beside_ceiling(errors, n_seeds=1)
    folder = folder_of(records, examples=False)
    html = written(records, folder)
    assert html.count('<p class="alarm" role="alert">Leak alarm: tcn beats the exact posterior') == 1
    values = page_values(Findings.of(records, folder, core_tasks()), {})
    assert values["alarms"] == values["tables"][0]["alarms"]


def test_explanation_is_that_of_the_board_with_its_marks_as_elements(run):
    html = written(*run)
    assert "<strong>R2</strong> = 1 - SS_res / SS_tot" in html
    assert "The floor <code>mean</code> answers the training mean" in html
    assert "**" not in html.partition('id="reading"')[2].partition("</section>")[0]


def test_page_without_records_is_still_a_page(tmp_path):
    values = json.loads(Document(written([], tmp_path)).scripts[0])
    assert (values["tables"], values["overviews"]) == ([], [])
