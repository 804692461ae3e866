import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import compiled as module
from bench.compiled import compiled, kernel_digest
from bench.world.progress import ph_at

KERNEL = "@compiled\ndef f(x):\n    return x\n"


@compiled
def quotient(a: float, b: float) -> float:
    return a / b


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    for folder in ("bench/world", "models", "tasks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bench/world/kernel.py").write_text(KERNEL)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["bench/world/kernel.py", "bench/other.py", "models/other.py"])
def test_digest_moves_with_every_file_that_holds_a_kernel(checkout, path):
    before = kernel_digest()
    (checkout / path).write_text(KERNEL.replace("return x", "return 2 * x"))
    assert kernel_digest() != before


def test_digest_moves_when_a_kernel_file_is_renamed(checkout):
    before = kernel_digest()
    (checkout / "bench/world/kernel.py").rename(checkout / "bench/world/renamed.py")
    assert kernel_digest() != before


@pytest.mark.parametrize(
    ("path", "text"), [("bench/plain.py", "x = 1\n"), ("tasks/other.py", KERNEL), ("models/other.txt", KERNEL)]
)
def test_digest_does_not_move_with_other_files(checkout, path, text):
    before = kernel_digest()
    (checkout / path).write_text(text)
    assert kernel_digest() == before


def test_kernels_are_cached_under_the_digest_of_their_sources():
    cache = Path(ph_at.stats.cache_path)
    assert kernel_digest() in cache.parts


def test_environment_says_where_the_cache_is(tmp_path):
    command = "from bench.world.progress import ph_at; print(ph_at.stats.cache_path)"
    environment = {**os.environ, module.CACHE_VARIABLE: str(tmp_path)}
    out = subprocess.run(
        [sys.executable, "-c", command], cwd=module.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(out.stdout.strip()).is_relative_to(tmp_path / kernel_digest())


def test_importing_kernels_does_not_import_numba():
    command = "import sys, bench.task, bench.draw, bench.ceiling.posterior; print('numba' in sys.modules)"
    ran = [sys.executable, "-c", command]
    assert subprocess.run(ran, cwd=module.ROOT, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_kernel_is_pickled_by_name():
    assert pickle.loads(pickle.dumps(ph_at)) is ph_at


def test_division_by_zero_follows_ieee_754():
    assert quotient(1.0, 0.0) == np.inf
    assert np.isnan(quotient(0.0, 0.0))
