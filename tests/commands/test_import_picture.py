# The picture of the architecture shows the imports as they are.
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from commands._import_picture import BOXES, FRAME, architecture_svg, imports_between

ROOT = Path(__file__).parents[2]
NAMESPACE = "{http://www.w3.org/2000/svg}"


def titles(svg):
    """Sentences of the arrows of a picture."""
    return {line.find(f"{NAMESPACE}title").text for line in arrows_of(svg)}


def arrows_of(svg):
    return [line for line in ET.fromstring(svg).iter(f"{NAMESPACE}line") if line.find(f"{NAMESPACE}title") is not None]


@pytest.fixture
def sources(tmp_path):
    """A checkout of a few files: path to text."""

    def write(files):
        for path, text in {"run_bench.py": "", **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


def test_the_picture_of_the_documents_shows_the_imports_as_they_are():
    drawn = architecture_svg(imports_between(ROOT))
    kept = (ROOT / "docs" / "pictures" / "architecture.svg").read_text(encoding="utf-8")
    assert kept == drawn, "Run `python run_bench.py documents`."


def test_the_imports_are_those_of_the_design():
    arrows = imports_between(ROOT)
    outside = {(source, target.split("/")[0]) for source, target in arrows if not source.startswith("bench")}
    assert outside <= {
        ("run_bench.py", "commands"),
        *(("commands", target) for target in ("bench", "tasks", "models", "leaderboard")),
        *((source, "bench") for source in ("tasks", "models", "leaderboard")),
    }
    assert ("models", "bench") in outside
    assert not {target for source, target in arrows if source.startswith("bench")} - {
        "bench",
        "bench/run",
        "bench/world",
    }


@pytest.mark.parametrize(
    "text",
    ["import leaderboard.tables", "from leaderboard import tables", "def f():\n    from leaderboard.tables import x"],
)
def test_an_import_is_an_arrow_wherever_it_stands(sources, text):
    root = sources({"leaderboard/tables.py": "x = 1", "models/_folder/gru.py": text})
    assert imports_between(root) == {("models", "leaderboard")}
    assert "models imports leaderboard" in titles(architecture_svg(imports_between(root)))


def test_libraries_and_neighbours_are_no_arrows(sources):
    root = sources({"bench/world/a.py": "import numpy\nimport bench.world.b", "bench/world/b.py": "import tasks"})
    assert imports_between(root) == set()


def test_parts_of_the_instrument_are_told_apart_within_it_and_are_one_from_outside(sources):
    root = sources(
        {
            "bench/cases.py": "",
            "bench/run/job.py": "import bench.cases",
            "bench/run/more/deep.py": "",
            "models/gru.py": "import bench.run.job",
            "tasks/one.py": "import bench.run.more.deep",
        }
    )
    arrows = imports_between(root)
    assert arrows == {("bench/run", "bench"), ("models", "bench/run"), ("tasks", "bench/run")}
    lists = {"commands lists tasks", "commands lists models"}
    expected = {"bench/run imports bench", "models imports bench", "tasks imports bench"}
    assert titles(architecture_svg(arrows)) == expected | lists


def test_two_that_import_each_other_share_one_arrow_with_two_heads():
    svg = architecture_svg({("bench", "bench/world"), ("bench/world", "bench")})
    (line,) = [line for line in arrows_of(svg) if "imports" in line.find(f"{NAMESPACE}title").text]
    assert line.find(f"{NAMESPACE}title").text == "bench imports bench/world, and bench/world imports bench"
    assert {"marker-start", "marker-end"} <= set(line.attrib)


def test_a_folder_that_is_imported_is_no_longer_said_to_be_listed():
    found = titles(architecture_svg({("commands", "models")}))
    assert found == {"commands imports models", "commands lists tasks"}


def test_arrows_run_from_border_to_border():
    arrows = {("commands", "leaderboard"), ("models", "bench")}
    (side, down) = (
        [float(line.attrib[name]) for name in ("x1", "y1", "x2", "y2")]
        for title in ("commands imports leaderboard", "models imports bench")
        for line in arrows_of(architecture_svg(arrows))
        if line.find(f"{NAMESPACE}title").text == title
    )
    above, below, left = BOXES["commands"], BOXES["leaderboard"], BOXES["models"]
    assert (side[1], side[3]) == (above.top + above.height, below.top)
    assert down == [left.middle[0], left.top + left.height, left.middle[0], FRAME.top + 1]


def test_boxes_do_not_overlap():
    boxes = list(BOXES.values())
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            beside = one.left + one.width < other.left or other.left + other.width < one.left
            assert beside or one.top + one.height < other.top or other.top + other.height < one.top
