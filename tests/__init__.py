"""Tests. Linear algebra runs on one thread here as in service/cli.py, before anything loads numpy."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
