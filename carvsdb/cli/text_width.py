"""How much room a text takes on a terminal: a character of Chinese or Japanese takes two columns, an accent none."""

import unicodedata


def width_of(text: str) -> int:
    """Return the columns that a text takes.

    Examples
    --------
    >>> width_of("sod"), width_of("骨架"), width_of("e\u0301")
    (3, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def padded(text: str, width: int) -> str:
    """Fill a text with blanks up to a width."""
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """Shorten a text that is too wide, and show that.

    Examples
    --------
    >>> cut("sodalite", 5), cut("骨架材料", 6), cut("sod", 5)
    ('soda…', '骨架…', 'sod')
    """
    return text if width_of(text) <= width else f"{pieces(text, width - 1)[0]}…"


def pieces(text: str, width: int) -> list[str]:
    """Split a text into parts that are no wider; an empty text has none.

    Examples
    --------
    >>> pieces("sodalite", 5), pieces("骨架材料", 5)
    (['sodal', 'ite'], ['骨架', '材料'])
    """
    parts: list[str] = []
    room = 0
    for character in text:
        columns = _columns(character)
        if columns > room and (columns or not parts):
            parts.append("")
            room = max(width, columns)
        parts[-1] += character
        room -= columns
    return parts


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
