"""What figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any


def machine(**more: Any) -> dict[str, Any]:
    """Return the machine and the versions that figures depend on, with what only the caller knows, such as threads."""
    found = {"cores": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()}
    torch = sys.modules.get("torch")
    return {**found, **({"torch": torch.__version__} if torch is not None else {}), **more}
