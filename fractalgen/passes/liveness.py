"""Which nodes a run needs, and how long it keeps their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping


def reached(sources: Iterable[int], outputs: Iterable[int], reads: Callable[[int], Iterable[int]]) -> set[int]:
    """Return the nodes that `outputs` need when each node reads what `reads` says, and the `sources` themselves."""
    seen = set(sources)
    stack = list(outputs)
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            stack += reads(index)
    return seen


def last_uses(reads: Mapping[int, Iterable[int]], keep: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Return for each node, in the order of `reads`, the values that it is the last to read; never those of `keep`."""
    last = {source: index for index, sources in reads.items() for source in sources}
    for output in keep:
        last.pop(output, None)
    done: dict[int, list[int]] = {}
    for source, index in last.items():
        done.setdefault(index, []).append(source)
    return {index: tuple(sources) for index, sources in done.items()}
