"""The status and the cause of an input that gave no entry."""

from carvsdb.errors import CarvsdbError, NoNetError


def status_of(error: CarvsdbError) -> str:
    """Return the status of what ended with an error: ``no net``, ``timeout`` or ``error``."""
    return str(getattr(error, "status", "error"))


def cause_of(error: CarvsdbError) -> str:
    """Return why there is no entry, in a few words."""
    if isinstance(error, NoNetError):
        return error.cause
    return _CAUSES.get(type(error).__name__, "internal error" if type(error) is CarvsdbError else "bad input")


_CAUSES = {
    "TimeLimitError": "time limit",
    "MemoryLimitError": "memory limit",
    "CrashedError": "crashed",
    "RefusedError": "refused",
    "RingBudgetError": "too many rings",
    "LabelTakenError": "label taken",
    "MissingExtraError": "missing package",
}


def failure_text(error: CarvsdbError) -> str:
    """Return the sentence of an error as the catalogue keeps it; a structure without a net has its cause before it."""
    return f"{error.cause}: {error}" if isinstance(error, NoNetError) else str(error)
