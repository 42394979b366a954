"""The picture of a network for a page."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

from fractalgen.errors import FractalGenError
from fractalgen.report.records import read_optional
from fractalgen.run_files import SPEC
from fractalgen.visualize import figure, svg
from fractalgen.visualize.lettering import escape

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_TAGS = frozenset({"svg", "title", "style", "g", "rect", "path", "text", "circle"})
_REACHING = ("href", "url(", "@import", "javascript:")


def picture(folder: Path, name: str = "best.svg") -> str:
    """Return the picture beside the weights as HTML; drawn from `spec.yaml` where there is none yet.

    Returns:
        Nothing when the folder holds neither; a sentence when the spec cannot be drawn.
    """
    drawn = read_optional(folder / name)
    if drawn:
        return drawn if is_harmless(drawn) else _as_image(drawn)
    if not (folder / SPEC).is_file():
        return ""
    from fractalgen.passes import expand
    from fractalgen.spec import load

    try:
        return svg(figure(expand(load(folder / SPEC))))
    except FractalGenError as error:
        return f'<p class="muted">{escape(str(error))}</p>'


def is_harmless(text: str) -> bool:
    """Whether an SVG holds only shapes and text: no script, no handler, nothing fetched."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - expat bounds entities, and nothing outside is read
    except ElementTree.ParseError:
        return False
    for element in root.iter():
        tag = str(element.tag)
        if not tag.startswith(_NAMESPACE) or tag.removeprefix(_NAMESPACE) not in _TAGS:
            return False
        if any(name.lower().startswith("on") or name.endswith("href") for name in element.attrib):
            return False
        if tag.endswith("}style") and any(word in (element.text or "").lower() for word in _REACHING):
            return False
    return "<!" not in text and "<?" not in text


def _as_image(text: str) -> str:
    # An image cannot run scripts or fetch anything, whatever is in it.
    data = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return f'<img alt="the best architecture" src="data:image/svg+xml;base64,{data}">'
