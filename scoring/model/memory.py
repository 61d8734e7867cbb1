"""Memory that is freed stays with the process, for the next arrays.

Scoring makes and drops thousands of small tables. glibc returns the end of its heap to the system as soon as a little
of it is free, and takes it back page by page: a tenth of the time that a small organization needs.
"""

import numpy as np

LARGEST = 2**22 - 2**12  # numbers, a little less than 32 MB: of larger blocks glibc learns nothing


def keep_freed() -> None:
    """Let the allocator keep up to 64 MB of what is freed; where it is not glibc's, this does nothing.

    glibc returns nothing smaller than twice the largest block that was freed so far. This one is never written to, so
    that it takes no memory. `cluster.py` asks for the same by settings, which only a process that starts can read.
    """
    np.empty(LARGEST)
