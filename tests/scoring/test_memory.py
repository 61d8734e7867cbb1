"""Memory that is freed stays with the process."""

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from scoring.model.memory import keep_freed

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def tables():
    return [np.ones(2**17) for _ in range(20)]

keep_freed()
del tables()[:]
before = faults()
for _ in range(10):
    tables()
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator is asked")
def test_what_is_freed_is_not_asked_of_the_system_again():
    settings = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    asked = subprocess.run([sys.executable, "-c", FAULTS], env=settings, check=True, capture_output=True, text=True)
    assert int(asked.stdout) < 1000  # pages; 20 MB are 5,000, each of ten times
