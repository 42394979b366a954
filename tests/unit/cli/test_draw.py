"""`fractalgen draw`: every option makes another picture."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fractalgen.cli import app
from fractalgen.errors import ExportError, UnknownNameError

SPEC = """
name: small
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: 3, unit: {conv_bn_relu: {out: 4, dropout: 0}}}}, relu, global_avg_pool]}
"""


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "a.yaml").write_text(SPEC)
    (tmp_path / "b.yaml").write_text(SPEC.replace("columns: 3", "columns: 2").replace("small", "other"))
    return tmp_path / "a.yaml"


def drawn(spec, *options, name="out.svg"):
    out = spec.parent / name
    done = CliRunner().invoke(app, ["draw", str(spec), "-o", str(out), *map(str, options)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return out.read_text() if done.exit_code == 0 else done.output


def test_each_option_changes_the_picture(spec):
    against = spec.parent / "b.yaml"
    options = [
        (),
        ("--level", "rules"),
        *(("--colour", each) for each in ("column", "parameters", "macs", "time")),
        *(("--drop-path", each, "--seed", 3) for each in ("local", "global", "mixed")),
        ("--drop-path", "local", "--seed", 4),
        ("--drop-path", "local", "--seed", 3, "--batches", 2),
        ("--against", against),
        ("--pass", "simplify"),
    ]
    pictures = [drawn(spec, *each) for each in options]
    assert all(picture.startswith("<svg") for picture in pictures)
    assert len(set(pictures)) == len(options)


def test_every_op_is_drawn_however_many_there_are(spec):
    many = ("--set", "network.body.sequence[0].fractal.columns=9")
    assert "neighbours are drawn as one" in drawn(spec, *many)
    assert "neighbours are drawn as one" not in drawn(spec, *many, "--level", "ops")


def test_a_picture_past_its_limit_says_what_to_do(spec):
    with pytest.raises(ExportError, match=r"boxes are too many for one picture.*Draw it collapsed"):
        drawn(spec, "--set", "network.body.sequence[0].fractal.columns=12", "--level", "ops")


def test_pictures_of_their_own_do_not_mix(spec):
    assert "give one of them" in drawn(spec, "--drop-path", "local", "--pass", "simplify")
    assert "leave out --colour" in drawn(spec, "--pass", "simplify", "--colour", "macs")


def test_a_network_in_which_nothing_can_be_dropped_is_refused(spec):
    with pytest.raises(ExportError, match="it has no droppable join"):
        drawn(spec, "--set", "network.body=conv", "--drop-path", "local")


def test_an_unknown_pass_names_the_known_ones(spec):
    with pytest.raises(UnknownNameError, match=r"unknown pass 'simplfy'\. Did you mean 'simplify'\?"):
        drawn(spec, "--pass", "simplfy")


def test_a_format_that_does_not_exist_is_refused_before_the_spec_is_read(spec):
    with pytest.raises(UnknownNameError, match="unknown format 'bmp'"):
        drawn(spec.parent / "nowhere.yaml", name="out.bmp")
