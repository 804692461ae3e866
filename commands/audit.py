"""Measure the failure-mode audit: each fault alone, added to the sound pipeline and removed from the one as found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from bench.compiled import ROOT
from bench.run.catalogue import choose, files_in
from bench.run.child import Limits
from bench.run.estimate import Estimate
from bench.run.plan import Plan, Plugin, make_plan
from bench.run.record import Record, read_records
from bench.run.store import said_when_full, sole_run
from bench.task import PRESETS
from bench.timing import n_cores
from commands._shared.arguments import MemoryLimit, NJobs, Preset, TimeLimit
from commands._shared.options import DOCS, MODELS, PUBLISHED, all_tasks, say, sizes_of
from commands._shared.running import Conditions, carry_out, scored_today, stale_among
from commands._shared.terminal import Console
from leaderboard.audit.document import COMMAND, PAGE, blocks, published
from leaderboard.audit.page import audit_page
from leaderboard.audit.picture import draw_audit
from leaderboard.audit.plan import ON_HOLDS_PREFIX, REPEATS, SOUND, SPLIT, TASKS, Variant, rows, variants
from leaderboard.audit.read import read_audit
from leaderboard.audit.result import write_audit
from leaderboard.audit.terminal import terminal_audit
from leaderboard.pictures.looks import drawing, save
from leaderboard.published.marked import fill
from leaderboard.published.store import read_published

FAULTS = MODELS / "_faults" / "rows.py"
"""Table of the variants; each row is a plugin like any other."""
MOST_NAMES = 5
"""Rows that have not been timed and are named in the estimate; more are counted."""
PUBLISHED_AUDIT = ROOT / "leaderboard" / "audited"


def audit(
    preset: Preset = "standard",
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds. Default: the preset's; verdicts need 3.")
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(help="Only this variant, with what it is compared with; may be repeated.", metavar="NAME"),
    ] = None,
    base: Annotated[
        str, typer.Option(help="Row that faults are added to.", metavar="tcn_dt|tcn_dt_subsampled")
    ] = SOUND,
    jobs: NJobs = None,
    out: Annotated[Path, typer.Option(help="Folder of records, predictions and the report.")] = Path("results/audit"),
    time_limit: TimeLimit = Limits.time_s,
    memory_limit: MemoryLimit = Limits.memory_mb,
    list_: Annotated[bool, typer.Option("--list", help="List the variants, and stop.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Train nothing: put the report into leaderboard/ and docs/audit.md.")
    ] = False,
) -> None:
    """Measure what each fault of the seed audit costs, and what each proposed repair brings.

    Every variant differs from the row tcn_dt in one stage. It is trained and scored on in_distribution, shift_1s and
    shift_10s beside tcn_dt, and its repair beside the pipeline as found, which has all the faults together.

      python run_bench.py audit --preset quick

      python run_bench.py audit --variant edge_padding --variant time_global_z --seeds 3

      python run_bench.py audit --base tcn_dt_subsampled --variant edge_padding

      python run_bench.py audit --publish

    Finished cells are kept in the output folder and not run again; stop and start as you like.
    """
    console = Console()
    with said_when_full(out), ExitStack() as holding:
        if list_:
            _list(console, variants(base, variant))
            return
        holding.enter_context(sole_run(out))
        n_seeds = seeds or sizes_of(preset).seeds
        chosen = variants(base, variant)
        files = audit_files()
        if publish:
            _show(console, out, preset, base, files, PUBLISHED_AUDIT)
            page = DOCS / PAGE
            written = blocks(published(PUBLISHED_AUDIT))
            page.write_text(fill(page.read_text(encoding="utf-8"), PAGE, COMMAND, written), encoding="utf-8")
            say(console, f"verdicts written into {os.path.relpath(page)}")
            return
        plugins = [Plugin.named(name, path) for name, path in choose("model", rows(chosen), files).items()]
        records = scored_today(console, out, files)
        plan = _plan(plugins, preset, n_seeds, records)
        conditions = Conditions(out, jobs or n_cores(), Limits(time_limit, memory_limit))

        def lines(expected: Estimate) -> list[str]:
            if len(expected.unknown) > MOST_NAMES:
                expected = replace(expected, unknown=(f"{len(expected.unknown)} rows",))
            n_cells, n_done = len(plan.cells), len(plan.cells) - plan.n_open
            return [
                f"audit   {len(chosen)} variants in {len(plugins)} rows on {', '.join(TASKS)}",
                f"sizes   {preset}, {n_seeds} seed(s)" + ("; every verdict will be undecided" * (n_seeds < 3)),
                f"plan    {n_cells} cells, {n_done} done before, {len(plan.jobs)} fits, {conditions.n_jobs} at a time",
                f"time    {expected}",
            ]

        known = _timed_like(plugins, records + read_published(PUBLISHED))
        carried_out = carry_out(console, plan, conditions, known, lines)
        say(console, f"{len(plan.cells)} cells, {plan.n_open} run in {carried_out.spent}.")
        for text in carried_out.left:
            say(console, f"not done: {text}")
        _show(console, out, preset, base, files, out)
        if carried_out.left:
            raise typer.Exit(1)


def _list(console: Console, chosen: Sequence[Variant]) -> None:
    """Print what each variant is."""
    table = Table(Column("variant", no_wrap=True), "items", "seed says", "what it is", title="Variants (--variant)")
    for each in chosen:
        table.add_row(each.row.removeprefix(ON_HOLDS_PREFIX), each.items, each.severity, each.sentence)
    console.print(table)


def audit_files() -> dict[str, Path]:
    """Every file that the audit may run, by name: the rows of the board and the variants."""
    return files_in([MODELS, FAULTS])


def _show(console: Console, out: Path, preset: str, base: str, files: dict[str, Path], to: Path) -> None:
    """Print the verdicts of a folder of records, and write the report."""
    records = read_records(out)
    audited = read_audit(out, records, preset, base, stale_among(records, files))
    to.mkdir(parents=True, exist_ok=True)
    stem = to / f"audit_{base}"
    write_audit(audited, stem.with_suffix(".json"))
    stem.with_suffix(".md").write_text(audit_page(audited), encoding="utf-8")
    with drawing():
        save(draw_audit(audited), stem.with_suffix(".png"))
    console.print(terminal_audit(audited))
    say(console, f"report: {os.path.relpath(stem)}.md, .json and .png")


def _plan(plugins: Sequence[Plugin], preset: str, n_seeds: int, records: Sequence[Record]) -> Plan:
    """Plan of all rows, and of the repeats of the unseeded split with the first seed."""
    tasks = [all_tasks()[name] for name in TASKS]
    whole = make_plan(tasks, plugins, range(n_seeds), preset, PRESETS[preset], records)
    again = [replace(p, overrides={"repeat": number}) for p in plugins if p.name == SPLIT for number in REPEATS]
    repeats = make_plan(tasks[:1], again, range(1), preset, PRESETS[preset], records)
    return Plan(whole.cells + repeats.cells, whole.jobs + repeats.jobs)


def _timed_like(plugins: Sequence[Plugin], records: Sequence[Record]) -> list[Record]:
    """Records with those of the sound row under the name of every row that has not been timed: it is as large."""
    timed = {record.row for record in records if record.fit_s is not None}
    like = [record for record in records if record.row == SOUND]
    return [*records, *(replace(r, row=p.row) for p in plugins if p.row not in timed for r in like)]
