# What somebody sees who looks at README.md for ten seconds.
import re

SCREEN = 45
"""Lines that a window shows at once, the picture counted by those that name it."""
MOST = 110
"""Lines of two windows and a bit."""


def test_the_first_screen_has_the_picture_the_result_two_commands_and_where_to_look_for_a_cause(pages):
    first = "\n".join(pages["README.md"].splitlines()[:SCREEN])
    assert re.search(r'^<img src="docs/pictures/result.png" alt=".{100,}">$', first, re.MULTILINE)
    assert re.search(r"^\*\*.+\.\*\*", first, re.MULTILINE)
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make bench", "make test"]
    assert "(docs/diagnose.md#a-network-to-try-it-on)" in first


def test_the_readme_is_two_screens_long(pages):
    assert len(pages["README.md"].splitlines()) <= MOST
