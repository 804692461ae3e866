"""Tables of the measured size and power of the comparisons, in Markdown."""

from __future__ import annotations

from leaderboard.comparison.size_and_power import METHODS, USED, Power, Size
from leaderboard.comparison.size_at_distances import METHODS as PRIORS
from leaderboard.comparison.size_at_distances import SizeAtDistances


def size_table(sizes: list[Size]) -> str:
    """Lay out false winners as Markdown."""
    lines = [["seeds", "rows", "seed share", f"{USED}: pairs / worst / family", *METHODS[1:]]]
    for size in sizes:
        used = f"{_percent(size.pair[USED])} / {_percent(size.worst_pair[USED])} / {_percent(size.family[USED])}"
        others = [f"{_percent(size.pair[m])} / {_percent(size.family[m])}" for m in METHODS[1:]]
        lines.append([str(size.n_seeds), size.profile, f"{size.share:g}", used, *others])
    return _markdown(lines)


def power_table(powers: list[Power]) -> str:
    """Lay out power as Markdown."""
    lines = [["seeds", "seed sd of the better row", "pairs found", "pairs found after Holm"]]
    for power in powers:
        sd = f"{100 * power.seed_sd:g} %"
        lines.append([str(power.n_seeds), sd, _percent(power.pair), _percent(power.family)])
    return _markdown(lines)


def distance_table(sizes: list[SizeAtDistances]) -> str:
    """Lay out size and power at several distances from a ceiling as Markdown."""
    lines = [["seeds move rows", *PRIORS]]
    for size in sizes:
        shares = (size.pair, size.family, size.neighbours, size.found)
        lines.append([size.profile, *(" / ".join(_percent(share[prior]) for share in shares) for prior in PRIORS)])
    return _markdown(lines)


def _percent(share: float) -> str:
    """A share in percent with one decimal."""
    return f"{100 * share:.1f}"


def _markdown(lines: list[list[str]]) -> str:
    """A table, its first line the heading."""
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([rows[0], "|" + "---|" * len(lines[0]), *rows[1:]])
