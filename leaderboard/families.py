"""Families of rows, as their plugins declare them: what each is called, and how it looks on every board and picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """What a plugin says of itself: its first sentence, its family and the intervals that training shows it."""

    about: str = ""
    family: str = ""
    trained_at: str = ""

    @property
    def hollow(self) -> bool:
        """Whether its mark is hollow: it saw one interval in training."""
        return self.trained_at == "one"


@dataclass(frozen=True)
class Family:
    """One family: its title over rows, its name in a key, its colours on white and on black, and its mark."""

    title: str
    name: str
    light: str
    dark: str
    marker: str


FAMILIES = {
    "physics": Family("Physics", "physics", "#0060ab", "#4da3f0", "D"),
    "learned_on_physics": Family("Learned on top of physics", "learned on physics", "#129a74", "#45d6a8", "o"),
    "learned": Family("Learned without physics", "learned without physics", "#c44e00", "#ff9440", "^"),
    "trees": Family("Trees on summaries", "trees", "#c565a0", "#f5b5db", "s"),
    "baseline": Family("Baselines", "baseline", "#343b43", "#8b96a2", "X"),
    "": Family("Family not stated", "not stated", "#16191d", "#e8eaed", "v"),
}
"""By the word that a plugin declares; every one has a shape of its own as well as a colour."""
TRAINED = {"none": ", nothing to train", "many": ", at many intervals", "one": ", at one interval", "": ""}
"""What is said of training behind a family's title."""


def group_of(declared: Declared) -> tuple[int, int]:
    """Place of a row's group among all groups.

    Examples
    --------
    >>> group_of(Declared("", "physics", "none")) < group_of(Declared("", "learned", "many")) < group_of(Declared())
    True
    """
    place = list(FAMILIES).index(declared.family)
    return place, 0 if declared.family == "baseline" else list(TRAINED).index(declared.trained_at)


def title_of(declared: Declared) -> str:
    """Title over the rows of a group.

    Examples
    --------
    >>> title_of(Declared("", "learned", "one"))
    'Learned without physics, at one interval'
    """
    family = FAMILIES[declared.family]
    return family.title + (TRAINED[declared.trained_at] if declared.family not in ("", "baseline") else "")
