# What the pages say of the published records in words is what the records say.
import re

import numpy as np
import pytest

from bench.compiled import ROOT
from bench.world.quantities import TARGET_NAMES
from leaderboard.frame import published_scores
from leaderboard.published.plan import PLAN_FILE, Published

E0, K_D = TARGET_NAMES
ALIKE, SHIFTED = ("in_distribution", "prefix_10s", "prefix_60s"), ("shift_10s", "shift_10s_prefix_60s", "shift_1s")
CORE = (*ALIKE, *SHIFTED)
INTERVALS = (*SHIFTED, "shift_500ms", "shift_3s", "shift_5s", "shift_1s_prefix_10s", "shift_1s_prefix_60s")
WORLDS = ("world_air", "world_carbonate_10uM", "world_fixed_25C", "world_slow_bicarbonate", "world_slow_co2")
MISLED = ("noise_3x", "probe_lag", "probe_offset", *WORLDS)
DECLARED = Published.from_json((ROOT / PLAN_FILE).read_text(encoding="utf-8")).rows
ONE_INTERVAL = [row for row, declared in DECLARED.items() if declared.hollow]
"""Rows that saw one interval, and know no chemistry."""
BLIND = [row for row in ONE_INTERVAL if DECLARED[row].family == "learned"]
STUDIED = ["tcn", "tcn_dt", "gru", "inception_time"]
"""Networks that the study might have tried."""
MANY_INTERVALS = ["time_cells", "tcn_dt_subsampled", "s4d", "set_transformer"]
NETWORKS = [row for row, declared in DECLARED.items() if declared.family == "learned" and row != "minirocket"]


class Scores:
    """What the published cells hold, by task and row."""

    def __init__(self, cells):
        ok = cells[cells["status"] == "ok"].drop(columns=["settings", "sizes", "stale", "unchecked"])
        self.lines = ok.pivot(index=["task", "row"], columns="seed")

    def fits(self, column, tasks, rows=DECLARED):
        """A number of the cells: a line a task and row, in the order given, a column a seed."""
        tasks, rows = ([one] if isinstance(one, str) else list(one) for one in (tasks, rows))
        return self.lines[column].reindex([(task, row) for task in tasks for row in rows]).dropna(how="all")

    def ends(self, column, tasks, rows=DECLARED):
        """Least and greatest over tasks, rows and seeds."""
        values = self.fits(column, tasks, rows)
        return values.min(axis=None), values.max(axis=None)

    def times(self, target, tasks, rows=DECLARED):
        """Multiples of the best possible error, mean over seeds."""
        return self.fits(f"{target}_rmse_ratio", tasks, rows).mean(axis=1)

    def span(self, target, tasks, rows=DECLARED):
        """Least and greatest of these multiples."""
        times = self.times(target, tasks, rows)
        return times.min(), times.max()

    def spans(self, tasks, rows):
        """The same for both targets."""
        return [end for target in TARGET_NAMES for end in self.span(target, tasks, rows)]

    def pairs(self, tasks, row):
        """These multiples of one row for both targets, task by task."""
        return [self.times(target, task, row).iloc[0] for task in tasks for target in TARGET_NAMES]

    def core(self, row):
        """Geometric mean over the core tasks of the middle fit, for both targets."""
        logs = [np.log(self.fits(f"{target}_rmse_ratio", CORE, row)) for target in TARGET_NAMES]
        return [np.exp(each.mean().median()) for each in logs]

    def most(self, tasks, row):
        """Greatest multiple of the fits of a row, for either target."""
        return max(self.ends(f"{target}_rmse_ratio", tasks, row)[1] for target in TARGET_NAMES)

    def first(self, target, task, n=1):
        """Rows with the least errors, the best first."""
        return list(self.times(target, task).nsmallest(n).index.get_level_values("row"))

    def last(self, target, task, rows=DECLARED, n=1):
        """Rows with the greatest errors, the worst first."""
        return list(self.times(target, task, rows).nlargest(n).index.get_level_values("row"))

    def moved(self, target, tasks, rows=DECLARED):
        """Percent by which seeds move the error of a row on a task."""
        return 100 * np.log(self.fits(f"{target}_rmse", tasks, rows)).std(axis=1, ddof=1)

    def gains(self, row, over):
        """Percent of another row's error that a row does without: a line a misleading task, a column a target."""
        own, others = (np.array([self.times(t, MISLED, each) for t in TARGET_NAMES]).T for each in (row, over))
        return 100 * (1 - own / others)

    def held(self, tasks, rows):
        """Percent of truths within 90 % intervals: least and greatest over fits, for both targets."""
        return [100 * end for target in TARGET_NAMES for end in self.ends(f"{target}_coverage_90", tasks, rows)]

    def predict_s(self, tasks, row):
        """Processor seconds of a prediction on each task, mean over seeds."""
        return self.fits("predict_cpu_s", tasks, row).mean(axis=1).to_numpy()

    def longest_fits(self, rows):
        """Least and greatest over rows of the processor seconds of the longest fit on a core task."""
        longest = [self.ends("fit_cpu_s", CORE, row)[1] for row in rows]
        return min(longest), max(longest)


def where(chosen):
    """Names of the misleading tasks that are chosen."""
    return [task for task, one in zip(MISLED, chosen, strict=True) if one]


HELPED = ((E0, "probe_lag"), (K_D, "probe_lag"), (E0, "probe_offset"))
"""Where one row is the least harmed."""
SAID = {
    "README.md": {
        "fail at any other: # to # times the best possible error of E0": lambda s: s.span(E0, INTERVALS, BLIND),
        "At 15 s, the # networks that saw 0.3 s only have # to # times the best possible error of E0; always answering "
        "the average has # times. k_d is out of reach there for any method: #e-3 1/s": lambda s: [
            len(BLIND),
            *s.span(E0, "shift_15s", BLIND),
            *s.times(E0, "shift_15s", "mean"),
            1e3 * s.ends(f"{K_D}_rmse", "shift_15s", "bayes")[0],
        ],
        "`inception_time` has # times the best possible error of E0 when trained every 0.3 s, # times when trained "
        "every 10 s": lambda s: s.times(E0, ("shift_10s", "matched_10s"), "inception_time"),
    },
    "docs/results.md": {
        "have # to # times the best possible error of E0. Always answering the average has #, `gru` #, boosted trees "
        "on summaries #. `time_cells`, which saw many intervals, has #, and `laplace` #.": lambda s: [
            *s.span(E0, "shift_500ms", ("tcn", "tcn_dt", "inception_time")),
            *s.times(E0, "shift_500ms", ("mean", "gru", "gradient_boosting", "time_cells", "laplace")),
        ],
        "the best has # times the error of somebody who knows of it. With slow CO2 the best is `#`, with # times. "
        "`laplace`, at the ceiling in the ideal world, has # and #.": lambda s: [
            s.span(E0, "world_carbonate_10uM")[0],
            *s.first(E0, "world_slow_co2"),
            s.span(E0, "world_slow_co2")[0],
            *s.times(E0, ("world_carbonate_10uM", "world_slow_co2"), "laplace"),
        ],
        "E0 suffers less (# to # times, `mean` #). For k_d the best then has # times (`mean` #).": lambda s: [
            *s.span(E0, "world_slow_bicarbonate", [row for row in DECLARED if row != "mean"]),
            *s.times(E0, "world_slow_bicarbonate", "mean"),
            s.span(K_D, "world_slow_bicarbonate")[0],
            *s.times(K_D, "world_slow_bicarbonate", "mean"),
        ],
        "and knows no chemistry is #, over all seeds.": lambda s: s.ends(f"{E0}_r2", "shift_10s", ONE_INTERVAL)[1:],
        "their best R2 of k_d is #.": lambda s: s.ends(f"{K_D}_r2", "shift_10s", ("ridge", "gradient_boosting"))[1:],
        "`tcn_dt` has an R2 of E0 between # and #, `tcn` between # and #.": lambda s: [
            end for row in ("tcn_dt", "tcn") for end in s.ends(f"{E0}_r2", "shift_10s", row)
        ],
        "`gru` still has an R2 of # to # for E0, but of # to # for k_d": lambda s: [
            end for target in TARGET_NAMES for end in s.ends(f"{target}_r2", "shift_1s", "gru")
        ],
        "On k_d at 10 s its error is # times the best possible; always answering the average has #.": lambda s: s.times(
            K_D, "shift_10s", ("nls", "mean")
        ),
        "comes within # % of the best possible** for both targets and with every seed": lambda s: [
            100 * (s.most(("in_distribution", "shift_1s", "shift_10s"), "time_cells") - 1)
        ],
        "twice as long as in training, it has # / # times": lambda s: s.pairs(["prefix_transfer_60s"], "time_cells"),
        "plain networks reach k_d**: R2 # to #, where # is attainable": lambda s: [
            *s.ends(f"{K_D}_r2", "in_distribution", STUDIED),
            s.ends(f"{K_D}_r2", "in_distribution", "bayes")[0],
        ],
        "seeds move k_d of a network by up to # % and E0 by # to # %": lambda s: [
            s.moved(K_D, ALIKE, NETWORKS).max(),
            s.moved(E0, ALIKE, NETWORKS).min(),
            s.moved(E0, ALIKE, NETWORKS).max(),
        ],
        "E0 of a row that was not made for it moves by up to # %": lambda s: [s.moved(E0, SHIFTED).max()],
        "`gru` has # / # times for E0 / k_d, `tcn_dt` # / #, boosted trees # / #": lambda s: [
            value for row in ("gru", "tcn_dt", "gradient_boosting") for value in s.pairs(["in_distribution"], row)
        ],
    },
    "docs/rows.md": {
        "times the noise: `#` for E0, `#` for k_d. With a slow electrode it is `#` for both, with an offset for E0 "
        "(`#` for k_d)": lambda s: [
            *s.first(E0, "noise_3x"),
            *s.first(K_D, "noise_3x"),
            *{row for target, task in HELPED for row in s.first(target, task)},
            *s.first(K_D, "probe_offset"),
        ],
        "the best has # times the smallest possible error of E0. Best for k_d there are rows that stay near the "
        "average: `#`, `#` and `#`, # to # times.": lambda s: [
            s.span(E0, "world_fixed_25C")[0],
            *s.first(K_D, "world_fixed_25C", 3),
            *s.span(K_D, "world_fixed_25C", s.first(K_D, "world_fixed_25C", 3)),
        ],
        "trees on them have # times the smallest possible error of E0 and # times that of k_d": lambda s: s.pairs(
            ["in_distribution"], "gradient_boosting"
        ),
        "**`#`** and **`#`** see summaries of the trace": lambda s: s.last(E0, "shift_10s", n=2),
        "In distribution they have # to # times the smallest error of E0 and # to # times that of k_d. On 60 s it is "
        "# to # and # to #.": lambda s: [*s.spans("in_distribution", STUDIED), *s.spans("prefix_60s", STUDIED)],
        "they have # to # times at 1 s and # to # at 10 s. Always answering the average has # and #.": lambda s: [
            *s.span(E0, "shift_1s", STUDIED),
            *s.span(E0, "shift_10s", STUDIED),
            *s.times(E0, ("shift_1s", "shift_10s"), "mean"),
        ],
        "networks have # to # and # to # times at 10 s. Trained on three intervals at once (`mixed_sampling`), they "
        "have # to # and # to #.": lambda s: [
            *s.spans("matched_10s", STUDIED),
            *s.spans("mixed_sampling", STUDIED),
        ],
        "E0 gains by it: # against # times": lambda s: s.times(E0, "in_distribution", ("tcn_dt_nll", "tcn_dt")),
        "intervals of the three hold # to # % of the true E0 and # to # % of the true k_d": lambda s: s.held(
            "in_distribution", ("tcn_dt_nll", "gru", "inception_time")
        ),
        "those of `tcn_dt_nll` hold # to # % of E0 and # to # % of k_d": lambda s: s.held("shift_1s", "tcn_dt_nll"),
        "It has # times the smallest possible error of k_d over the core tasks, # times on four samples": lambda s: [
            s.core("nls")[1],
            *s.times(K_D, "shift_10s", "nls"),
        ],
        "it has # for both targets, # at worst, on `prefix_60s`": lambda s: [
            *{round(each, 2) for each in s.core("map")},
            s.most(CORE, "map"),
        ],
        "It has # for E0 and # for k_d, # at worst.": lambda s: [
            *s.core("linear_exposure"),
            s.most(CORE, "linear_exposure"),
        ],
        "Over the core tasks it has # for E0 and # for k_d, # at worst.": lambda s: [
            *s.core("laplace"),
            s.most(CORE, "laplace"),
        ],
        "at # to # % of the CPU time": lambda s: [
            100 * end(s.predict_s(CORE, "laplace") / s.predict_s(CORE, "bayes")) for end in (np.min, np.max)
        ],
        "Over the core tasks it has # for E0 and # for k_d, # at worst with any seed.": lambda s: [
            *s.core("exposure"),
            s.most(CORE, "exposure"),
        ],
        "on the same features. It has # for E0 and # for k_d, # at worst with any seed.": lambda s: [
            *s.core("gradient_boosting_exposure"),
            s.most(CORE, "gradient_boosting_exposure"),
        ],
        "It beats least squares on both targets on `#`, `#`, `#` and `#`. On `#`, `#`, `#` and `#` it does so for k_d "
        "only.": lambda s: [
            *where((s.gains("laboratory_network", "nls") > 0).all(axis=1)),
            *where((s.gains("laboratory_network", "nls") > 0) @ [1, 2] == 2),
        ],
        "`laplace` and `exposure` gain # % on least squares at best on these tasks. With a slow electrode `exposure` "
        "has more error of E0, # against # times.": lambda s: [
            max(s.gains(row, "nls").max() for row in ("laplace", "exposure")),
            *s.times(E0, "probe_lag", ("exposure", "nls")),
        ],
        "in distribution it has # times the smallest error of E0 and # times that of k_d": lambda s: s.pairs(
            ["in_distribution"], "laboratory_network"
        ),
        "(R2 # to #), and its E0 has an R2 of # to #.": lambda s: [
            end for target in (K_D, E0) for end in s.ends(f"{target}_r2", "world_fixed_25C", "laboratory_network")
        ],
        "have # / # times the smallest error of E0 / k_d at worst. For k_d all four are nearer to the ceiling than "
        "least squares (#)": lambda s: [*s.spans(CORE, MANY_INTERVALS)[1::2], s.core("nls")[1]],
        "they have # to # / # to # times the smallest error. With": lambda s: s.spans(
            "prefix_transfer_60s", MANY_INTERVALS
        ),
        "they have # to # for E0, where least squares has #. With an offset it is # to # against #.": lambda s: [
            value
            for task in ("world_fixed_25C", "probe_offset")
            for value in (*s.span(E0, task, MANY_INTERVALS), *s.times(E0, task, "nls"))
        ],
        "its longest fit took #, that of `tcn_dt_subsampled` #": lambda s: [
            s.longest_fits([row])[0] for row in ("time_cells", "tcn_dt_subsampled")
        ],
        "# / # at 0.3 s, # / # at 1 s, # / # at 10 s. Of the four": lambda s: s.pairs(
            ("in_distribution", "shift_1s", "shift_10s"), "time_cells"
        ),
        "**`#`** is the smallest of them": lambda s: {
            row for task in ("prefix_transfer_60s", "world_fixed_25C") for row in s.last(E0, task, MANY_INTERVALS)
        },
        "nothing of k_d (# / # over the core tasks)": lambda s: s.core("minirocket"),
        "it has # / #, for k_d between those four networks and least squares": lambda s: s.core("npe"),
        "Its 90 % intervals hold # to # % of the truths": lambda s: sorted(
            s.held(("in_distribution", "shift_1s", "shift_10s"), "npe")
        )[::3],
    },
    "docs/diagnose.md": {
        "where the board's `tcn` has # and # for E0": lambda s: s.times(E0, ("shift_1s", "shift_10s"), "tcn"),
    },
    "docs/limits.md": {
        "seeds move a network's RMSE by up to # % for E0 and # % for k_d": lambda s: [
            s.moved(target, SHIFTED, NETWORKS).max() for target in TARGET_NAMES
        ],
        "The longest fit of a network took # to # CPU seconds": lambda s: s.longest_fits(NETWORKS),
    },
    "docs/reading_a_score.md": {
        "An R2 of # there is perfect": lambda s: s.ends(f"{K_D}_r2", "shift_10s", "bayes")[:1],
    },
    "docs/faq.md": {
        "Is an R2 of # for k_d a failure?** On `shift_10s`": lambda s: s.ends(f"{K_D}_r2", "shift_10s", "bayes")[:1],
    },
}
"""By page: words in which # stands for a number or a name, and what the scores say in its place."""


def as_printed(value, printed):
    """A number with as many decimals as are printed; a name as it is."""
    return value if isinstance(value, str) else f"{value:,.{len(printed.partition('.')[2])}f}"


@pytest.fixture(scope="module")
def scores():
    return Scores(published_scores())


@pytest.mark.parametrize(("page", "words"), [(page, words) for page, said in SAID.items() for words in said])
def test_words_say_what_the_records_say(pages, scores, page, words):
    pattern = re.escape(words).replace(r"\#", r"(-?[\w.,]*\w)")
    found = [match.groups() for match in re.finditer(pattern, " ".join(pages[page].split()))]
    assert len(found) == 1, f"{page} must say once: {words}"
    values = SAID[page][words](scores)
    assert found[0] == tuple(as_printed(*pair) for pair in zip(values, found[0], strict=True))
