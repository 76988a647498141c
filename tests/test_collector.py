"""The collector of cycles rests in a block and runs again after it, whatever happens inside."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from atlasmodel._collector import resting_collector


@pytest.fixture(autouse=True)
def running() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_rests_inside_and_runs_after() -> None:
    with resting_collector():
        assert not gc.isenabled()
        with resting_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_runs_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), resting_collector():
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_who_has_stopped_it_finds_it_stopped() -> None:
    gc.disable()
    with resting_collector():
        pass
    assert not gc.isenabled()
