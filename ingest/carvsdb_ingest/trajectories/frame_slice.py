"""Which frames of a trajectory: ``A:B:STEP`` as Python slices, or one frame."""

import re
from dataclasses import dataclass

from carvsdb.errors import InputError

_PART = re.compile(r"\s*([+-]?[0-9]{1,12})?\s*")


@dataclass(frozen=True, slots=True)
class FrameSlice:
    """A choice of frames, counted from 0; negative numbers count from the end.

    Attributes
    ----------
    start, stop : int or None
        The first frame, and the one that is no longer taken.
    step : int
        1 or more.
    single : bool
        Whether one frame was asked for, which must be there.
    """

    start: int | None = None
    stop: int | None = None
    step: int = 1
    single: bool = False

    @classmethod
    def parse(cls, text: str) -> "FrameSlice":
        """Read ``A:B:STEP``, any part left out, or a single number.

        Raises
        ------
        InputError
            If it is neither, or the step is not 1 or more.

        Examples
        --------
        >>> FrameSlice.parse("-5:")
        FrameSlice(start=-5, stop=None, step=1, single=False)
        >>> FrameSlice.parse("-1")
        FrameSlice(start=-1, stop=None, step=1, single=True)
        """
        parts = text.split(":")
        found = [_PART.fullmatch(part) for part in parts]
        if not all(found) or len(parts) > 3 or not text.strip():
            raise InputError(f"frames are A:B:STEP, such as 100:200, ::10 or -1, got {text[:40]!a}")
        numbers = [int(match[1]) if match and match[1] else None for match in found]
        if len(numbers) == 1:
            if numbers[0] is None:
                raise InputError(f"frames are A:B:STEP, such as 100:200, ::10 or -1, got {text[:40]!a}")
            return cls(numbers[0], single=True)
        step = numbers[2] if len(numbers) == 3 and numbers[2] is not None else 1
        if step < 1:
            raise InputError(f"the step of frames must be 1 or more, got {step}; frames are taken in their order")
        return cls(numbers[0], numbers[1], step)

    @property
    def needs_count(self) -> bool:
        """Whether frames must be counted before any is taken."""
        return any(one is not None and one < 0 for one in (self.start, self.stop))

    def resolved(self, count: int) -> "FrameSlice":
        """Return the slice with numbers from the end replaced, of a trajectory of so many frames.

        Examples
        --------
        >>> FrameSlice(-3, None).resolved(10), FrameSlice(-1, single=True).resolved(10)
        (FrameSlice(start=7, stop=None, step=1, single=False), FrameSlice(start=9, stop=None, step=1, single=True))
        """
        if self.single:
            assert self.start is not None
            return FrameSlice(self.start + count if self.start < 0 else self.start, single=True)
        start, stop = (
            None if one is None else max(0, one + count) if one < 0 else one for one in (self.start, self.stop)
        )
        return FrameSlice(start, stop, self.step)

    def takes(self, number: int) -> bool:
        """Tell whether a frame is taken; numbers from the end must have been replaced."""
        start = self.start or 0
        if self.single:
            return number == start
        return number >= start and (number - start) % self.step == 0 and not self.is_over(number)

    def takes_any(self, count: int | None = None) -> bool:
        """Tell whether any frame is taken, of so many if it is known; numbers from the end must have been replaced."""
        start = self.start or 0
        if self.single:
            return start >= 0 and (count is None or start < count)
        stop = min(one for one in (self.stop, count, start + 1) if one is not None)
        return start < stop

    def is_over(self, number: int) -> bool:
        """Tell whether neither this frame nor a later one is taken."""
        if self.single:
            return number > (self.start or 0)
        return self.stop is not None and number >= self.stop

    def nothing(self, count: int) -> str:
        """Say that a trajectory of so many frames has none of these."""
        held = f"holds {count} frames (0 to {count - 1})" if count > 1 else f"holds {count} frame{'s' * (count != 1)}"
        return f"has no frame {self}; it {held}"

    def __str__(self) -> str:
        if self.single:
            return str(self.start)
        start, stop = ("" if one is None else str(one) for one in (self.start, self.stop))
        return f"{start}:{stop}" + (f":{self.step}" if self.step != 1 else "")
