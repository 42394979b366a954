"""Names of files in the folder of a run: stages write and read them without importing each other."""

SPEC = "spec.yaml"
WEIGHTS = "weights.safetensors"
METRICS = "metrics.json"
CHECKPOINT = "checkpoint.pt"
LOCK = "lock.json"
STUDY = "study.db"
