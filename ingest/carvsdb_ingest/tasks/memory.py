"""How much memory the work on one input may take."""

import contextlib
import sys


def limit_memory(most: int) -> None:
    """Let this process fail with MemoryError before it takes more memory for data than this, in bytes.

    Notes
    -----
    Where the system can do it (Linux); elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def lift_limit() -> None:
    """Let this process take as much memory as it was allowed before :func:`limit_memory`."""
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
