from __future__ import annotations

import os
import sys
from pathlib import Path

# So that the processes of workers can load `evaluations` as well.
HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)
os.environ["PYTHONPATH"] = os.pathsep.join([HERE, *filter(None, [os.environ.get("PYTHONPATH")])])
