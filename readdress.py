"""Give every published record the digests of today, where its sources computed the same when they were written.

    python readdress.py OLD_CHECKOUT

For every record: the old checkout, asked with its own rule, must call it fresh; and today's rule must give the same digest
of the old checkout's sources as of today's. Nothing is trained; anything else than digests stays as it is, byte for byte.
"""

import json
import lzma
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

from bench.run import plan, sources
from bench.run.ceiling import CEILING, SOURCE
from bench.run.plan import Cell, Plugin
from bench.task import Sizes
from commands._options import PUBLISHED, all_tasks, plugin_files
from leaderboard.publish import SHARDS, read_published

FRESH = """
import json
from pathlib import Path
from commands._options import PUBLISHED, stale_in
from leaderboard.publish import read_published
records = read_published(PUBLISHED)
stale = stale_in(records, [])
print(json.dumps([[list(r.cell), stale.get(r.cell, []), r.source_digest, r.cases_digest] for r in records]))
"""
OLD, NEW = Path(sys.argv[1]).resolve(), sources.ROOT


def digest_in(root, path):
    sources.sources_of.cache_clear()
    sources.ROOT = root
    try:
        return sources.source_digest(root / path.relative_to(NEW))
    finally:
        sources.ROOT = NEW
        sources.sources_of.cache_clear()


asked = subprocess.run([sys.executable, "-c", FRESH], cwd=OLD, check=True, capture_output=True, text=True)
before = {tuple(cell): rest for cell, *rest in json.loads(asked.stdout)}
tasks, files = all_tasks(), plugin_files([]) | {CEILING: SOURCE}
same = {}
for name, path in {**files, "cases": plan.DRAW}.items():
    old, new = digest_in(OLD, path), digest_in(NEW, path)
    same[name] = old == new
    print(f"{name:28} {old} {new} {'same' if old == new else 'OTHER'}")
records, moved, left = read_published(PUBLISHED), {}, []
for record in records:
    why, source, cases = before[record.cell]
    unchanged = (source, cases) == (record.source_digest, record.cases_digest)
    if not unchanged or why or not same[record.model] or not same["cases"]:
        left.append(record.cell)
        continue
    task, plugin = tasks[record.task], Plugin(files[record.model])
    cell = Cell(task, plugin, record.seed, record.preset, Sizes(**record.sizes), record.seal_sha256)
    moved[record.cell] = (plugin.digest, cell.cases_digest)
print(f"{len(records)} records: {len(moved)} fresh before, their sources computed the same: re-addressed; {len(left)} left")
for shard in sorted(PUBLISHED.glob(SHARDS)):
    lines = []
    for line in lzma.decompress(shard.read_bytes()).decode().splitlines():
        value = json.loads(line)
        key = (value["task"], value["row"], value["seed"], value["preset"])
        if key in moved:
            value["source_digest"], value["cases_digest"] = moved[key]
        lines.append(json.dumps(value, sort_keys=True, allow_nan=False) + "\n")
    shard.write_bytes(lzma.compress("".join(lines).encode()))
after = {record.cell: record for record in read_published(PUBLISHED)}
blank = {"source_digest": "", "cases_digest": ""}
assert all(asdict(replace(after[r.cell], **blank)) == asdict(replace(r, **blank)) for r in records)
