"""Expressions in the JSON Schema: ops, joins, rules and the words of the language."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from fractalgen.ir.arguments import SHARE
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.evaluate_bus import STREAMS
from fractalgen.ir.field_notes import field_notes
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import Part, declared
from fractalgen.ir.schema_values import (
    EXPRESSION,
    EXPRESSIONS,
    NAME,
    NAMES,
    WHOLE,
    Schema,
    holed,
    lists_of,
    mapping,
    types_of,
    value,
)
from fractalgen.spec import Rule
from fractalgen.spec.document import Parameter
from fractalgen.spec.limits import MAX_STREAMS

_KIND = "How sites find the weights by which they read, write and mix the streams."
_KINDS = {"int": "integer", "float": "number", "bool": "boolean", "list": "array"}
_SHARED = {"type": "string", "description": "Ops with one key have one set of weights."}


def expression_definitions(own: Mapping[str, Rule], *, closed: bool) -> Schema:
    """Return what the schemas of expressions refer to.

    Args:
        own: The rules that a file has and imports, by the names by which it calls them.
        closed: Whether there are no rules but these and the built-in ones.
    """
    choice = mapping({"choice": {"type": "array", "items": EXPRESSION, "minItems": 1}}, ("choice",))
    lists = mapping({"choice": {"type": "array", "items": EXPRESSIONS, "minItems": 1}}, ("choice",))
    listed = {"type": "array", "items": EXPRESSION, "minItems": 1}
    forms = _forms(own, closed=closed)
    word: Schema = {"enum": [name for name, form in forms["properties"].items() if "null" in form.get("type", ())]}
    return {
        "expression": {"anyOf": [word if closed else {"anyOf": [word, NAME]}, choice, forms]},
        "expressions": {"anyOf": [listed, lists, *lists_of(EXPRESSION)["anyOf"]]},
        "rounds": {"anyOf": [mapping({word: form}, (word,)) for word, form in _rounds().items()]},
        "join": _named_parts({name: JOINS.get(name) for name in JOINS}, "How branches are merged."),
        "connection": _named_parts({name: CONNECTIONS.get(name) for name in CONNECTIONS}, _KIND),
    }


def _forms(own: Mapping[str, Rule], *, closed: bool) -> Schema:
    """Return the mapping with one key that an expression can be."""
    ops = {name: part_schema(OPS.get(name), share=True) for name in OPS}
    builtin = {name: call_schema(builtin_library(name).rules[name]) for name in builtin_names()}
    layers = {
        name: mapping({key: {} for key in item.gives})
        for rule in own.values()
        for name, item in rule.parameters.items()
        if item.type == "layer"
    }
    calls = {name: call_schema(rule) for name, rule in own.items()}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {**ops, **builtin, **layers, **calls, **words()},
        "additionalProperties": False if closed else {"type": ["object", "null"]},
    }


def words() -> Schema:
    """Return the words of the language, each with its keys, what it means and an example."""
    join = {
        "mode": {"$ref": "#/$defs/join", "description": "How branches are merged."},
        "branches": {
            "anyOf": [EXPRESSIONS, {"$ref": "#/$defs/rounds"}],
            "description": "What is merged: expressions, or a repeat or foreach with one branch a round. Left out in "
            "a graph, where a join merges what its node reads.",
        },
        "droppable": value({"type": "boolean"}, description="Whether drop-path may leave out branches.", default=False),
        "adapt": value({"enum": ["error", "project"]}, description=field_notes(JOINS.get("sum"))["adapt"]),
    }
    tap = {"name": {**NAME, "description": "May hold ${}."}, "of": {**EXPRESSION, "description": "What gives it."}}
    return {
        "identity": mapping({}, description="The input itself.", examples=["identity"]),
        "sequence": {
            **EXPRESSIONS,
            "description": "Expressions one after another.",
            "examples": [{"sequence": ["conv", "relu"]}],
        },
        "join": mapping(
            join,
            ("mode",),
            description="Branches that read one input, merged.",
            examples=[{"join": {"mode": "mean", "branches": ["conv", "identity"], "droppable": True}}],
        ),
        **_rounds(),
        "recurse": {
            "type": ["object", "null"],
            "description": "Inside the step of a rule: the rule one level down; its keys change parameters for that "
            "call and all below it.",
        },
        "tap": mapping(
            tap,
            ("name", "of"),
            description="A value with a name; the computation stays the same.",
            examples=[{"tap": {"name": "skip", "of": "conv"}}],
        ),
        "from": {
            **NAME,
            "description": "The value of a tap of the same body, or of a named input of the rule.",
            "examples": [{"sequence": [{"tap": {"name": "a", "of": "conv"}}, "relu", {"from": "a"}]}],
        },
        "graph": _graph(),
        **_streams(),
    }


def _rounds() -> Schema:
    index = {**NAME, "description": "Name of the index, which counts from 0."}
    times = value(WHOLE, description="How many times; 0 is identity.")
    lists = {"type": "object", "minProperties": 1, "additionalProperties": value({"type": "array"})}
    over = {**lists, "description": "Name -> list; the lists have one length."}
    body = {**EXPRESSION, "description": "What is built in each round."}
    return {
        "repeat": mapping(
            {"times": times, "as": index, "body": body},
            ("times", "body"),
            description="A body several times, one after another.",
            examples=[{"repeat": {"times": 2, "as": "i", "body": {"conv": {"out": "${8 * 2 ** i}"}}}}],
        ),
        "foreach": mapping(
            {"over": over, "as": index, "body": body},
            ("over", "body"),
            description="A body once for each item of lists walked together.",
            examples=[{"foreach": {"over": {"width": [8, 16]}, "body": {"conv": {"out": "$width"}}}}],
        ),
    }


_READS = (
    "What it reads: `input`, a node, a tap or node.tap; `loose`, all nodes that nothing reads by their names; or a "
    "list of these."
)


def _graph() -> Schema:
    source = holed(NAME, {**NAMES, "items": holed(NAME)}, description=_READS)
    node = mapping({"of": {**EXPRESSION, "description": "What it computes."}, "from": source}, ("of", "from"))
    nodes = {"type": "object", "additionalProperties": node, "minProperties": 1}
    output = {**NAME, "description": "A node; or `loose` for all that nobody reads, concatenated."}
    example = {"a": {"of": "conv", "from": "input"}, "b": {"of": {"join": {"mode": "sum"}}, "from": ["a", "input"]}}
    return mapping(
        {"nodes": {**nodes, "description": "Name -> node, in any order."}, "output": output},
        ("nodes", "output"),
        description="Named nodes with edges, for what is no sequence of joins.",
        examples=[{"graph": {"nodes": example, "output": "b"}}],
    )


def _streams() -> Schema:
    streams = {"type": "integer", "minimum": 1, "maximum": MAX_STREAMS}
    keys = {
        "streams": value(streams, description="How many tensors flow instead of one.", default=STREAMS),
        "kind": {"$ref": "#/$defs/connection", "description": _KIND},
        "body": {**EXPRESSION, "description": "What lies between the opening and the closing."},
    }
    layer = {"site": {"sequence": ["layer_norm", "conv"]}}
    rounds = {"repeat": {"times": 2, "body": layer}}
    return {
        "residual_bus": mapping(
            keys,
            ("kind", "body"),
            description="A body between whose sites several streams flow instead of one tensor: copies of the input at "
            "the opening, summed at the closing.",
            examples=[{"residual_bus": {"kind": "hyper_connection", "body": rounds}}],
        ),
        "site": {
            **EXPRESSION,
            "description": "Inside of a residual_bus: a layer that reads the streams and writes them.",
            "examples": [{"residual_bus": {"streams": 2, "kind": "manifold", "body": layer}}],
        },
    }


def _named_parts(parts: Mapping[str, type[Part]], description: str) -> Schema:
    """Return the schema of a part that is named by a word, or by one key with its parameters."""
    forms = {name: part_schema(part) for name, part in parts.items()}
    one = {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": forms, "additionalProperties": False}
    return value({"enum": list(forms)}, one, description=description)


def part_schema(part: type[Part], *, share: bool = False) -> Schema:
    """Return the schema of an op's or join's parameters."""
    notes, fields = field_notes(part), declared(part)
    found = {
        name: value(
            *types_of(hint, item.metadata),
            description=notes.get(name),
            default=None if item.default is MISSING else item.default,
        )
        for name, (hint, item) in fields.items()
    }
    required = tuple(name for name, (_, item) in fields.items() if item.default is MISSING)
    return mapping({**found, **({SHARE: _SHARED} if share else {})}, required, description=first_line(part))


def first_line(part: type) -> str:
    """Return what a class is, in the first line of its text."""
    return next(iter((inspect.getdoc(part) or "").splitlines()), "")


def call_schema(rule: Rule) -> Schema:
    """Return the schema of a rule's arguments."""
    fields = {name: _argument(item) for name, item in rule.parameters.items()}
    required = tuple(name for name, item in rule.parameters.items() if item.default is None)
    return mapping(fields, required, description=rule.description or "A rule of this file.")


def _argument(item: Parameter) -> Schema:
    notes: dict[str, Any] = {"description": item.description}
    if item.default is not None:
        notes["default"] = item.default.plain()
    if item.type in ("layer", "join"):
        kept = {key: note for key, note in notes.items() if note not in ("", None)}
        return {**(EXPRESSION if item.type == "layer" else {"$ref": "#/$defs/join"}), **kept}
    if item.type == "choice":
        return value({"enum": list(item.of)}, **notes)
    limits = {"minimum": item.minimum, "maximum": item.maximum}
    bounds = {key: limit for key, limit in limits.items() if limit is not None}
    optional: list[Schema] = [{"type": "null"}] if item.default is not None and item.default.value is None else []
    return value({"type": _KINDS[item.type], **bounds}, *optional, **notes)
