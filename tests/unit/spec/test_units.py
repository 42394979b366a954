from __future__ import annotations

import pytest

from fractalgen.spec.units import read_bytes, read_seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [(5, 5), (0.5, 0.5), ("90s", 90), ("10m", 600), ("1.5h", 5400), ("2 d", 172800)]
)
def test_times_are_read(text, seconds):
    assert read_seconds(text) == seconds


@pytest.mark.parametrize("text", ["10", "ten", "-5s", "0s", "10 weeks", 0, -1, float("nan"), float("inf"), "", "m"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="must be a time above 0"):
        read_seconds(text)


@pytest.mark.parametrize(("text", "size"), [(512, 512), ("4GiB", 2**32), ("4GB", 4 * 10**9), ("1.5kB", 1500)])
def test_sizes_are_read(text, size):
    assert read_bytes(text) == size


@pytest.mark.parametrize("text", ["4", "4gb", "0B", "0.2B", 0, "-4GiB", "GiB", 1e30])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="must be a size above 0"):
        read_bytes(text)
