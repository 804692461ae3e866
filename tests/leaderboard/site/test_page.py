import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from leaderboard.comparison.findings import Findings
from leaderboard.site.page import page
from tests.leaderboard.site.shown import EVIL, GRID, shown_board


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


def values_of(html):
    return json.loads(Document(html).scripts[0])


@pytest.fixture(scope="module")
def board(beside_ceiling, shared_folder_of, record_of):
    return shown_board(beside_ceiling, shared_folder_of, record_of)


@pytest.fixture(scope="module")
def html(board):
    return page(board, GRID)


def test_page_is_the_same_byte_for_byte_whatever_the_order_of_records(board, html):
    shuffled = replace(board, records=tuple(reversed(board.records)))
    assert page(shuffled, GRID) == html


def test_page_holds_its_values_style_and_script_and_asks_for_nothing(html):
    document = Document(html)
    assert [attributes for tag, attributes in document.tags if "src" in attributes] == []
    links = {attributes["href"] for _, attributes in document.tags if "href" in attributes}
    assert {link for link in links if not link.startswith("#mark-")} == {"data:,", "#board"}
    policy = next(attributes["content"] for tag, attributes in document.tags if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; ")
    assert re.findall(r"https?://[^\s\"'`)]+", html) == []


def test_links_lead_to_the_documents_where_they_lie(board):
    links = [attributes.get("href", "") for _, attributes in Document(page(board, GRID, "../..")).tags]
    assert "../../docs/reading_a_score.md" in links
    assert "../../CITATION.cff" in links


def test_page_begins_with_its_result_and_shows_it_without_a_script(html):
    result = html.partition('<p class="result">')[2].partition("</p>")[0]
    assert result.startswith("With the chemistry known, E0 and k_d are read as well as the samples allow, ")
    assert "Networks trained at one sampling interval fail at any other: " in result
    plain = html.partition("<noscript>\n<p>")[2].partition("</noscript>")[0]
    assert '<th scope="row">laplace</th><td>' in plain
    assert '<th scope="row">nls</th><td></td><td>-</td>' in plain
    assert html.count('<polyline class="told ') == 10  # five rows, two targets


def test_whatever_a_record_holds_stays_text(html, record_of, tmp_path):
    cells = [
        record_of("tcn", 0, "failed", message=EVIL, settings={EVIL: EVIL}, commit=EVIL, host={"cpu": EVIL}),
        record_of("tcn", 1, "failed", message=EVIL, versions={EVIL: "1"}, preset=EVIL, started_utc=EVIL),
        record_of(EVIL, 0, "cannot", message=EVIL, task=EVIL),
    ]
    evil = page(Findings.of(cells, tmp_path, stale={cells[0].cell: (EVIL,)}))
    harmless = page(Findings.of([record_of("tcn", 0, "failed")], tmp_path))
    assert [tag for tag, _ in Document(evil).tags if tag in ("script", "img")] == ["script", "script"]
    assert Document(evil).scripts[1] == Document(harmless).scripts[1]
    assert EVIL in values_of(evil)["rows"]
    assert values_of(html)["rows"]["gru"]["about"] == EVIL


def test_row_that_beats_the_ceiling_is_an_alarm_at_the_top(beside_ceiling, folder_of):
    records = beside_ceiling({"tcn": 0.0001, "gru": 0.2}, n_seeds=1)
    html = page(Findings.of(records, folder_of(records, examples=False)))
    assert html.count('<p class="alarm" role="alert">Leak alarm: tcn beats the exact posterior') == 1


def test_questions_without_their_numbers_are_not_asked(board, html):
    tabs = re.findall(r'data-q="(\w+)"', page(board))
    assert tabs == ["result", "fails"]
    assert re.findall(r'data-q="(\w+)"', html) == ["result", "use", "faster", "fails"]


def test_page_without_records_is_still_a_page(tmp_path):
    html = page(Findings.of([], tmp_path))
    assert (values_of(html)["tasks"], values_of(html)["rows"]) == ([], {})
    assert "Nothing has been run yet." in html


def test_page_explains_how_rows_are_compared(html):
    assert "<li>place is the best and the worst that the rows above and below leave." in html
    assert "**" not in html.partition("How it was measured")[2].partition("</ul>")[0]
