"""Make the pictures of the documents, and the page of all of them: python docs/make_pictures [FOLDER].

FOLDER stands for `docs/`. The picture of a report needs a browser; without one the old picture stays.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import yaml
from findings import findings

from fractalgen.atomic import write_text
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.passes import expand
from fractalgen.spec import load, load_text
from fractalgen.spec.tree import dump
from fractalgen.visualize import draw

HERE = Path(__file__).parent
DOCS = HERE.parent
ROOT = DOCS.parent

LEAD = """\
# Gallery

Every picture here is drawn by `fractalgen draw`, of which the ending of the file names the format: `.svg` and `.html`
need no program, `.png` and `.pdf` need graphviz, `.dot` is for graphviz, `.mmd` for Mermaid. Light and dark follow the
reader. Columns lie side by side, depth runs downwards, a join is a bar across the columns that it merges; what does not
fit that gets rows. `make pictures` makes this page and its pictures; a test checks that they are current.

## What a picture can show
"""


def networks() -> dict[str, Any]:
    """Return rule -> the spec of its picture."""
    examples = yaml.safe_load((HERE / "rules.yaml").read_text(encoding="utf-8"))
    return {name: {"name": name, "network": examples[name]} for name in builtin_names()}


def gallery() -> str:
    """Return the page."""
    parts = [LEAD]
    for name, look in looks().items():
        parts.append(f"{look['text'].strip()}\n\n![{name}](pictures/{name}.svg)\n")
        parts.append(f"```sh\n{look['command']} -o {name}.svg\n```\n")
    parts.append("## The built-in rules\n")
    for name, spec in networks().items():
        parts.append(f"### {name}\n\n{builtin_library(name).rules[name].description}\n")
        parts.append(f"```yaml\n{dump(spec).strip()}\n```\n\n![{name}](pictures/rules/{name}.svg)\n")
    return "\n".join(parts)


def looks() -> dict[str, Any]:
    """Return the pictures that are no rule's."""
    found: dict[str, Any] = yaml.safe_load((HERE / "looks.yaml").read_text(encoding="utf-8"))
    return found


def field() -> dict[str, str]:
    """Return the pictures of `docs/field`, each with the command that draws it."""
    found: dict[str, str] = yaml.safe_load((HERE / "field.yaml").read_text(encoding="utf-8"))
    return found


def draw_look(command: str, target: Path) -> None:
    """Draw a picture by the command of `fractalgen draw`."""
    from typer.testing import CliRunner

    from fractalgen.cli import app

    words = [str(ROOT / word) if word.endswith(".yaml") else word for word in shlex.split(command)[1:]]
    done = CliRunner().invoke(app, [*words, "-o", str(target)], catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(done.output)


def main(folder: Path) -> None:
    """Write the page and every picture but that of the report into `folder`."""
    pictures = folder / "pictures"
    for spec in sorted(DOCS.glob("*.yaml")):
        draw(expand(load(spec)), pictures / f"{spec.stem}.svg")
    for name, spec in networks().items():
        draw(expand(load_text(dump(spec))), pictures / "rules" / f"{name}.svg")
    for name, look in looks().items():
        draw_look(look["command"], pictures / f"{name}.svg")
    for name, command in field().items():
        draw_look(command, pictures / "field" / f"{name}.svg")
    for name, text in findings().items():
        write_text(pictures / "field" / f"{name}.svg", text)
    (folder / "gallery.md").write_text(gallery(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        main(DOCS)
        from screenshot import take

        take(DOCS / "pictures" / "report.png")
