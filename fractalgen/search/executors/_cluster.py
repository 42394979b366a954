"""A Ray cluster, of this machine alone or behind an address: how it is reached, and what it has."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fractalgen.errors import MissingDependencyError, SearchError
from fractalgen.search.machines.capacity import Node
from fractalgen.spec.resources import Resources

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_AUTO_INIT": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    # The study is the truth, so that Tune's own snapshots are of no use.
    "TUNE_GLOBAL_CHECKPOINT_S": "1e9",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "1e9",
}
_LOCAL = {
    # Off, Ray takes the loopback address for its node on any system; nothing outside can connect.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Ray's own workers are nice to all other programs, and starve beside them.
    "RAY_worker_niceness": "0",
}
_LOOPBACK = ("", "127.0.0.1", "localhost")
# Ray would try a server that does not answer twenty times, for half a minute each.
_FOREIGN = {"RAY_gcs_server_port_wait_time_s": "1"}
_QUIET = {"log_to_driver": False, "logging_level": logging.ERROR}
_NAMES = {"cpus": "CPU", "gpus": "GPU"}
_SECONDS = 5.0
_START = "Start it with `ray start --head`, and give HOST:PORT, of which the port is 6379 by default."


def start_local(cpus: int, gpus: int, memory: int) -> None:
    """Start a cluster of this machine alone, which listens on the loopback address."""
    ray = _unused()
    ray.init(address="local", num_cpus=cpus, num_gpus=gpus, _memory=memory, include_dashboard=False, **_QUIET)


def connect(address: str) -> None:
    """Connect to a cluster that runs.

    Raises:
        SearchError: there is none at the address.
    """
    ray = _unused(address)
    _check_reachable(address)
    try:
        ray.init(address=address, **_QUIET)
    except Exception as error:  # noqa: BLE001 - Ray has no type for it
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SearchError(f"{address!r} is no Ray cluster that this machine is part of: {reason}", _START) from None


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Be connected to a cluster for a while; gives `ray`.

    Raises:
        SearchError: there is none at the address.
    """
    connect(address)
    import ray

    try:
        yield ray
    finally:
        ray.shutdown()


def nodes(address: str) -> tuple[Node, ...]:
    """Return the machines of a cluster.

    Raises:
        SearchError: there is no cluster at the address.
    """
    with connected(address) as ray:
        return tuple(_node(found) for found in ray.nodes() if found["Alive"])


def request(resources: Resources) -> dict[str, float]:
    """Return what a trial takes, in Ray's names."""
    return {_NAMES.get(name, name): amount for name, amount in resources.amounts.items()}


def import_ray(address: str = "") -> Any:
    """Import Ray, which reads its environment then; it stays on this machine unless the address is of another one.

    Raises:
        MissingDependencyError: it is not installed.
    """
    is_local = address.rpartition(":")[0] in _LOOPBACK
    for name, value in {**_ENVIRONMENT, **(_LOCAL if is_local else {}), **(_FOREIGN if address else {})}.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise MissingDependencyError("ray is not installed", "Install it with: pip install 'ray[tune]'") from None
    if is_local:
        _stay_here(ray)
    return ray


def _stay_here(ray: Any) -> None:
    """Say again what `_LOCAL` says, to a Ray that was imported before and has read its environment then."""
    ray._private.ray_constants.ENABLE_RAY_CLUSTER = False  # noqa: SLF001 - there is no public way


def _unused(address: str = "") -> Any:
    ray = import_ray(address)
    if ray.is_initialized():
        raise SearchError("this process already uses a Ray cluster", "Call ray.shutdown() first.")
    # Ray tells of each dead worker on standard output, whatever its options say; that is for one JSON document.
    ray._private.worker.print_to_stdstream = _say_nothing  # noqa: SLF001 - there is no public way
    return ray


def _say_nothing(*_: object, **__: object) -> None:
    return


def _check_reachable(address: str) -> None:
    """Check that something listens: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in address:
        raise SearchError(f"the address {address!r} is not HOST:PORT", _START)
    try:
        socket.create_connection((host, int(port)), _SECONDS).close()
    except (OSError, OverflowError) as error:
        raise SearchError(f"no Ray cluster answers at {address!r}: {error}", _START) from None


def _node(found: Mapping[str, Any]) -> Node:
    """Return one of Ray's nodes; it has the names of its address and of its kind of GPU as resources, too."""
    ours = {theirs: name for name, theirs in _NAMES.items()}
    marks = ("node:", "accelerator_type:", "object_store_memory")
    has = {
        ours.get(name, name): float(amount) for name, amount in found["Resources"].items() if not name.startswith(marks)
    }
    order = {name: has[name] for name in ("cpus", "gpus", "memory") if name in has}
    return Node(str(found["NodeManagerAddress"]), {**order, **has})
