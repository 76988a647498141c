"""Kernels are compiled when they are first called, and a small pipeline never waits until numba is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from atlasmodel._compiled import compiled_when_called, plain

EXAMPLE = Path(__file__).parents[1] / "examples" / "fraud-scoring.yaml"


def doubled(numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    total = 0
    for number in numbers:
        total += 2 * number
    return total


def test_a_kernel_gives_what_its_function_does() -> None:
    kernel = compiled_when_called(doubled)
    assert plain(kernel) is doubled
    for count in (3, 5):  # compiled at the first call, and called again
        assert kernel(np.arange(count)) == doubled(np.arange(count))


def test_a_small_pipeline_is_assessed_without_loading_numba() -> None:
    code = f"""
import sys
from atlasmodel.assessment import assess
from atlasmodel.model.reader import read_pipeline
assess(read_pipeline({str(EXAMPLE)!r}))
print("numba" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
