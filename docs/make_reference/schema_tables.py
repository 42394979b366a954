"""JSON Schema -> tables in Markdown: one row a key, with what it takes, its default and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pages import code, markdown_table

Schema = dict[str, Any]

_REFERENCES = {
    "expression": "an expression",
    "expressions": "a list of expressions",
    "join": "a join",
    "connection": "a connection",
    "rounds": "a repeat or foreach",
}
_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def table(form: Schema, heading: str = "key") -> list[str]:
    """Return the keys of a mapping as a table; nothing where there are none."""
    keys = keys_of(form)
    if not keys:
        return []
    required = form.get("required", [])
    rows = [(f"`{name}`", takes(key), _default(key, name in required), _note(key)) for name, key in keys.items()]
    return [*markdown_table((heading, "takes", "default", "meaning"), rows), ""]


def keys_of(form: Schema) -> dict[str, Schema]:
    """Return the keys of a mapping with their schemas."""
    keys: dict[str, Schema] = form.get("properties", {})
    return keys


def inner_mappings(form: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield every mapping with keys of its own that stands under a key of `form`, with its path."""
    for name, key in keys_of(form).items():
        for kind in kinds(key):
            # A mapping with keys of its own may take others as well.
            holders = () if keys_of(kind) else ("items", "additionalProperties")
            inside = next((kind[at] for at in holders if _is_form(kind.get(at))), kind)
            for each in kinds(inside):
                if keys_of(each):
                    yield f"{path}.{name}", each
                    yield from inner_mappings(each, f"{path}.{name}")


def kinds(form: Schema) -> Iterator[Schema]:
    """Yield what a value can be, apart from a formula or a hole, which every value can be."""
    if "anyOf" in form:
        for kind in form["anyOf"]:
            yield from kinds(kind)
    elif not _is_hole(form) and form.get("pattern") != r"\$":
        yield form


def takes(form: Schema) -> str:
    """Return what a value can be, in words."""
    words = [word for kind in kinds(form) for word in _words(kind)]
    known = list(dict.fromkeys(word for word in words if word != "null"))
    if len(known) > 1:
        # What a list holds is said only where nothing else is: it is then the other kind of value.
        known = [word.partition(" (")[0] for word in known]
    return (", ".join(known[:-1]) + " or " + known[-1] if known[1:] else "".join(known)) or "anything"


def _is_form(form: object) -> bool:
    return isinstance(form, dict) and bool(form)


def _is_hole(form: Schema) -> bool:
    name = form.get("$ref", "").rpartition("/")[2]
    return name == "choice" or name.endswith("_hole") or list(keys_of(form)) == ["choice"]


def _words(form: Schema) -> list[str]:
    if "$ref" in form:
        return [_REFERENCES[form["$ref"].rpartition("/")[2]]]
    if "enum" in form:
        return [code(word) for word in form["enum"]]
    type_ = form.get("type")
    if type_ is None:
        return ["anything"]
    if type_ == "array":
        return [_list(form)]
    bounds = ", ".join(f"{sign} {_number(form[key])}" for key, sign in _BOUNDS.items() if key in form)
    return [f"{_NAMES[name]} {bounds}".rstrip() for name in ([type_] if isinstance(type_, str) else type_)]


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _list(form: Schema) -> str:
    items = [form["items"]] if _is_form(form.get("items")) else form.get("prefixItems", [])
    inner = [word for word in dict.fromkeys(takes(item) for item in items) if word != "anything"]
    low, high = form.get("minItems"), form.get("maxItems")
    count = "" if high is None else f" of {high}" if low == high else f" of {low} to {high}"
    return f"a list{count}" + (f" ({'; '.join(inner)})" if inner else "")


def _default(form: Schema, required: bool) -> str:
    return code(form["default"]) if form.get("default") not in (None, {}) else "needed" if required else ""


def _note(form: Schema) -> str:
    return str(form.get("description", "")) or next((k["description"] for k in kinds(form) if "description" in k), "")
