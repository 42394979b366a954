import importlib

import pytest

from fractalgen.errors import DuplicateNameError, MissingDependencyError, UnknownNameError
from fractalgen.registry import Registry


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Install a package that registers colours: its module, and what an installer notes of its entry points."""

    def install(entry_points):
        (tmp_path / "paint.py").write_text("TEAL = 'teal'\n")
        notes = tmp_path / "paint-1.0.dist-info"
        notes.mkdir()
        (notes / "METADATA").write_text("Metadata-Version: 2.1\nName: paint\nVersion: 1.0\n")
        (notes / "entry_points.txt").write_text(f"[fractalgen.colours]\n{entry_points}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        return Registry("colour", {"red": "string:digits"})

    return install


def test_the_entry_points_of_installed_packages_are_names_like_any_other(plugin):
    table = plugin("teal = paint:TEAL")
    assert list(table) == ["red", "teal"]
    assert table.get("teal") == "teal"
    assert "teal" in table


def test_a_name_that_is_taken_is_an_error(plugin):
    table = plugin("red = paint:TEAL")
    with pytest.raises(DuplicateNameError, match="colour 'red' is registered twice: 'string:digits' and 'paint:TEAL'"):
        list(table)


@pytest.mark.parametrize(("target", "problem"), [("paint:TEEL", "has no attribute 'TEEL'"), ("pint:TEAL", "No module")])
def test_a_plugin_that_cannot_be_loaded_is_named(plugin, target, problem):
    table = plugin(f"teal = {target}")
    with pytest.raises(MissingDependencyError, match=f"colour 'teal' of a plugin cannot be loaded .*{problem}"):
        table.get("teal")


def test_an_unknown_name_is_answered_with_a_close_one(plugin):
    with pytest.raises(UnknownNameError, match="unknown colour 'teel'. Did you mean 'teal'?"):
        plugin("teal = paint:TEAL").get("teel")


def test_what_is_built_in_is_loaded_on_first_use():
    table = Registry("colour", {"red": "string:digits"})
    assert table.get("red") == "0123456789"
