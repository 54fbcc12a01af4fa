"""All benchmarks one after the other: ``python -m tests.benchmarks``."""

import subprocess
import sys

for module in ("bulk", "growth", "clinic", "simulation", "caseload", "year", "cold", "oversight"):
    print(f"\n=== {module}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{module}"], check=True)
