# Links in the documents lead somewhere.
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def anchors(text):
    """Anchors of the headings, as GitHub makes them."""
    found = []
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).lower().replace(" ", "-")
        again = sum(re.fullmatch(rf"{re.escape(plain)}(-\d+)?", other) is not None for other in found)
        found.append(f"{plain}-{again}" if again else plain)
    return found


def dead_links(page, text):
    """Relative links of a page that lead nowhere."""
    dead = []
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path
        there = target.exists() if path else True
        if not there or (anchor and anchor not in anchors(target.read_text(encoding="utf-8") if path else text)):
            dead.append(link)
    return dead


def test_every_relative_link_leads_somewhere(pages):
    assert {page: dead for page, text in pages.items() if (dead := dead_links(page, text))} == {}


def test_every_page_is_reached_from_the_readme(pages):
    reached, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            for link in LINK.findall(FENCE.sub("", pages[page])):
                path = ((ROOT / page).parent / link.partition("#")[0]).resolve()
                if path.is_relative_to(ROOT) and path.relative_to(ROOT).as_posix() in pages:
                    waiting.append(path.relative_to(ROOT).as_posix())
    assert set(pages) - reached == set()


def test_every_picture_has_a_description(pages):
    bare = {page: re.findall(r"!\[\s*\]\([^)]*\)", text) for page, text in pages.items()}
    assert {page: pictures for page, pictures in bare.items() if pictures} == {}


def test_every_page_begins_with_its_one_title(pages):
    titles = {page: re.findall(r"^# .+$", FENCE.sub("", text), re.MULTILINE) for page, text in pages.items()}
    assert {page: found for page, found in titles.items() if len(found) != 1 or not pages[page].startswith("# ")} == {}


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("## What a prefix can tell", "what-a-prefix-can-tell"),
        ("### `k_d` at 10 s: R2, not 0", "k_d-at-10-s-r2-not-0"),
        ("# Past [one](x.md) machine", "past-one-machine"),
    ],
)
def test_anchor_is_made_as_github_makes_it(heading, anchor):
    assert anchors(heading) == [anchor]


def test_second_heading_of_a_name_has_a_number():
    assert anchors("# A\n\n## A\n") == ["a", "a-1"]


@pytest.mark.parametrize("link", ["none.md", "docs/results.md#none", "#none"])
def test_dead_link_is_found(link):
    assert dead_links("README.md", f"# Title\n\nSee [there]({link}).\n") == [link]


@pytest.mark.parametrize("link", ["docs/results.md", "docs/results.md#the-runner", "#title", "https://example.org/x"])
def test_living_link_is_let_through(link):
    assert dead_links("README.md", f"# Title\n\nSee [there]({link}).\n") == []
