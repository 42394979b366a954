from __future__ import annotations

import pytest

from fractalgen.cli._options import load_plain
from fractalgen.errors import ParameterError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_text("network: {input: [3, 8, 8], body: {conv: {out: {choice: [4, 8]}}}}\n")
    return path


def test_an_input_shape_replaces_that_of_the_file(file):
    spec, filled = load_plain(file, None, "1, 16,16")
    assert spec.network.input.shape == (1, 16, 16)
    assert filled == {"network.body.conv.out": "4"}


@pytest.mark.parametrize("text", ["1,,8", "3,a", "", "0,8,8", "1,2,3,4", "1.5,8,8", "-1,8,8", "9999999"])
def test_an_input_shape_that_is_none_is_blamed_on_its_option(file, text):
    message = (
        f"^--input: must be one to three whole numbers, each 1 to 1,000,000, found {text!r}. Write --input 3,64,64"
    )
    with pytest.raises(ParameterError, match=message):
        load_plain(file, ["network.body.conv.out=4"], text)
