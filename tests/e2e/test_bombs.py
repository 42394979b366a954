"""Specs that would cost without end are refused before any work: one error, exit 2, under 300 MB.

No test watches a clock: a program that runs away is killed after a few seconds of processor time, which no refusal
comes near.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "fractalgen")
MOST_SECONDS = 6
MOST_MEGABYTES = 300

# Started from a small process: what a child has before it becomes the program counts as its memory.
LAUNCHER = f"""
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_SECONDS}, {MOST_SECONDS}))
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
sys.stdout.write(f"{{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}} {{done.stdout}}")
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


def net(body, rules=""):
    return f"rules: {{{rules}}}\nnetwork: {{input: [3, 8, 8], body: {body}}}\n"


def repeat(body, *names, times=300):
    for name in reversed(names):
        body = f"{{repeat: {{times: {times}, as: {name}, body: {body}}}}}"
    return body


def nested(count, over, first, inner):
    opening = "{foreach: {over: {s: [" + over + "]}, body: "
    return "{foreach: {over: {s: [" + first + "]}, body: " + opening * count + inner + "}}" * (count + 1)


def product(of, length):
    return f"{{sequence: {{product: {{of: [{of}], length: [0, {length}]}}}}}}"


ALIASES = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
LONG = ", ".join(["1"] * 9_999)

BOMBS = {
    "aliases of aliases": (f"a: &a [{', '.join('x' * 10)}]\n{ALIASES}", "more than 100,000 values once aliases"),
    "lists in lists": ("[" * 10_000, "nested deeper than 100 levels"),
    "mappings in mappings": ("{a: " * 10_000, "nested deeper than 100 levels"),
    "indented mappings": ("".join(" " * i + "a:\n" for i in range(600)), "nested deeper than 100 levels"),
    "a large file": ("#" * (256 * 1024) + "\n", "the file has 262,145 bytes, the limit is 262,144"),
    "a tower of powers": (net("{conv: {out: '${10**10**10}'}}"), "'${10**10**10}' is too large a power"),
    "a long number": (net("{conv: {out: '${2**100000}'}}"), "'${2**100000}' is too large a power"),
    "a power of a fraction": (net("{conv: {out: '${1.5**1e9}'}}"), "'${1.5**1e9}' is too large a power"),
    "text times a number": (net("{conv: {out: \"${'a' * 1000000000}\"}}"), "arithmetic needs numbers, found 'a'"),
    "text doubled by loops": (net(nested(40, "'${s}${s}'", "ab", "relu")), "gives 1,024 characters, the limit is 1,000"),
    "text doubled by levels": (
        net(
            "{t: {u: {conv: {out: $s}}}}",
            "t: {parameters: {u: {type: layer, gives: [s]}}, levels: 60, base: {u: {s: ab}}, "
            "step: {recurse: {u: {u: {s: '${s}${s}'}}}}}",
        ),
        "gives 1,024 characters, the limit is 1,000",
    ),
    "lists doubled by loops": (net(nested(40, "[$s, $s]", "[1]", "{conv: {out: $s}}")), "the list has more than 100,000 items"),
    "a long formula": (net("{conv: {out: '${" + "1+" * 300 + "1}'}}"), "the formula has 604 characters, the limit is 500"),
    "40 columns": (net("{fractal: {columns: 40}}"), "4,672,924,418,044 nodes, the limit is 200,000"),
    "256 levels": (net("{fractal: {columns: 256}}"), "more than 10^18 nodes"),
    "fractals of fractals": (net("{fractal_of_fractals: {outer: 100, inner: 100}}"), "more than 10^18 nodes"),
    "loops in loops": (net(repeat("relu", *"ijk")), "27,000,000 nodes"),
    "loops that read their index": (net(repeat("{conv: {out: '${i + j + k + 1}'}}", *"ijk")), "27,000,000 nodes"),
    "loops as long as an index": (net(repeat("{repeat: {times: '${i + j}', body: identity}}", *"ijk")), "too large to count"),
    "rounds of nothing, counted": (net(repeat("{repeat: {times: '${0 * (i + j + k)}', body: relu}}", *"ijk")), "too large to count"),
    "long formulas, counted": (
        net(repeat("{repeat: {times: '${0" + " * i" * 100 + "}', body: relu}}", "i", times=10_000)),
        "too large to count",
    ),
    "long lists, counted": (
        net(repeat(f"{{repeat: {{times: '${{1 + 0 * i}}', body: {{foreach: {{over: {{w: [{LONG}, $i]}}, body: identity}}}}}}}}", "i")),
        "too large to count",
    ),
    "calls of nothing": (net(repeat("none", *"ij", times=10_000), "none: {body: identity}"), "200,010,001 steps to write out"),
    "calls of nothing with an index": (
        net(repeat("{none: {n: '${i + j + k}'}}", *"ijk"), "none: {parameters: {n: {type: int}}, body: identity}"),
        "evaluations, the limit is 2,000,000",
    ),
    "joins of many inputs": (
        net(repeat("{join: {mode: sum, branches: {repeat: {times: 9000, body: identity}}}}", "i", times=9_000)),
        "81,009,001 steps to write out",
    ),
    "joins of many inputs with an index": (
        net(repeat("{join: {mode: sum, branches: {repeat: {times: '${9000 + 0 * i}', body: identity}}}}", "i", times=9_000)),
        "too large to count",
    ),
    "long lists in long lists": (
        net(f"{{foreach: {{over: {{a: [{LONG}]}}, body: {{foreach: {{over: {{b: [{LONG}]}}, body: {{conv: {{out: '${{a + b}}'}}}}}}}}}}}}"),
        "99,980,001 nodes",
    ),
    "layers that nest twice at each level": (
        net(
            "t",
            "t: {parameters: {u: {type: layer, default: relu}, v: {type: layer, default: gelu}}, levels: 60, base: u, "
            "step: {recurse: {u: {sequence: [u, v]}, v: {sequence: [v, u]}}}}",
        ),
        "576,460,752,303,423,488 nodes",
    ),
    "rules that each call the next twice": (
        net("r0", ", ".join(f"r{i}: {{body: {{sequence: [r{i + 1}, r{i + 1}]}}}}" for i in range(70)) + ", r70: {body: relu}"),
        "more than 10^18 nodes",
    ),
    "a product of many": (net(product(", ".join(["relu"] * 100), 64)), "product has more than 10^18 alternatives"),
    "a product with long alternatives": (
        net(product("{" + product("relu, gelu, mish", 8)[1:-1] + "}, {sequence: [" + "relu, " * 400 + "gelu]}", 14)),
        "characters in all, the limit is 20,000,000",
    ),
    "choices in choices": (net("{choice: [relu, " * 60 + "gelu" + "]}" * 60), "nested deeper than 100 levels"),
    "many choices": (net(f"{{sequence: [{', '.join(['{choice: [relu, gelu]}'] * 9_000)}]}}"), "the spec has more than 500 holes"),
    "many wide holes": (
        net(f"{{sequence: [{', '.join(['{conv: {out: {int: [1, 1000000]}}}'] * 300)}]}}"),
        "the spec has more than 10^1000 points",
    ),
    "a recursion without a base": (net("r", "r: {levels: 3, step: recurse}"), "missing base"),
    "rules in a circle": (net("a", "a: {body: {sequence: [b, b]}}, b: {body: a}"), "in a circle: a -> b -> a"),
    "a file that imports itself": ("import: {me: f.yaml}\n" + net("me.r", "r: {body: relu}"), "files import each other: f.yaml -> f.yaml"),
    "a rule of many parameters": (
        net("r", f"r: {{parameters: {{{', '.join(f'p{i}: {{type: layer, default: relu}}' for i in range(6_000))}}}, body: relu}}"),
        "a rule has at most 100 parameters, found 6,000",
    ),
    "a circle of many nodes": (
        net(f"{{graph: {{nodes: {{{', '.join(f'n{i}: {{of: relu, from: n{(i + 1) % 6_000}}}' for i in range(6_000))}}}, output: n0}}}}"),
        "nodes read each other: ",
    ),
    "a large input": ("network: {input: [1000000, 1000000, 1000000], body: relu}\n", "more than 10^18 elements in one tensor"),
}  # fmt: skip


def run(folder, *arguments):
    command = [sys.executable, "-c", LAUNCHER, PROGRAM, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_one_error_and_little_memory(name, tmp_path):
    text, message = BOMBS[name]
    (tmp_path / "f.yaml").write_text(text)
    done = run(tmp_path, "show", "f.yaml")
    megabytes, _, printed = done.stdout.partition(" ")
    assert done.returncode == 2, done.stderr[-2_000:]
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert printed == ""
    assert int(megabytes) < MOST_MEGABYTES
