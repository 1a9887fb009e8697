"""Text of others as it is shown: what a terminal, a figure or a page would obey is written as its escape.

Labels, names of files and sentences from files may hold control characters (ANSI escapes, line ends), marks that turn
the direction of writing, invisible ones, and halves of characters (in names of files that are no UTF-8).
"""

import re

# Controls (C0, DEL, C1), soft hyphen, Arabic letter mark, Mongolian separator, zero widths and marks of direction,
# separators of lines, isolates, byte order mark, annotations, shorthand and music controls, tags, halves of characters.
_RANGES = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f\ud800-\udfff"
)
_UNSAFE = re.compile(f"[{_RANGES}]")
_UNSAFE_IN_LINES = re.compile(f"(?![\n\t])[{_RANGES}]")


def escaped(text: str) -> str:
    r"""Return a text in one line, with escapes for all that is no visible character.

    Examples
    --------
    >>> escaped("zif\x1b[31m\n4"), escaped("Zn–imidazolate 日本 σ=5.8")
    ('zif\\x1b[31m\\n4', 'Zn–imidazolate 日本 σ=5.8')
    """
    return _UNSAFE.sub(_escape, text)


def is_text(text: str) -> bool:
    r"""Return whether a text has whole characters only, so that UTF-8 holds it.

    Examples
    --------
    >>> is_text("σ"), is_text("\udcff")
    (True, False)
    """
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def with_whole_characters(text: str) -> str:
    r"""Return a text that UTF-8 holds: halves of characters are written as their escapes, all else as it is.

    Examples
    --------
    >>> with_whole_characters("σ\udcff")
    'σ\\udcff'
    """
    return text.encode("utf-8", "backslashreplace").decode()


def escaped_lines(text: str) -> str:
    r"""Return a text of several lines, with escapes for all other than visible characters, line ends and tabs.

    Examples
    --------
    >>> escaped_lines("a\x07\n")
    'a\\x07\n'
    """
    return _UNSAFE_IN_LINES.sub(_escape, text)


def escaped_json(text: str) -> str:
    r"""Return a JSON document that means the same, in visible characters only.

    Examples
    --------
    >>> escaped_json('"a\u202eb"')
    '"a\\u202eb"'
    """
    return _UNSAFE_IN_LINES.sub(_escape_json, text)


def shortened(text: str, longest: int) -> str:
    """Return a text that has at most so many letters, the last a sign that there were more.

    Examples
    --------
    >>> shortened("imidazolate", 6), shortened("sod", 6)
    ('imida…', 'sod')
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def figure_text(text: str) -> str:
    r"""Return a text as matplotlib draws it letter by letter: no formulas, and no label that it hides.

    Examples
    --------
    >>> figure_text("a$b$"), figure_text("_a")
    ('a\\$b\\$', ' _a')
    """
    text = escaped(text).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def csv_text(text: str) -> str:
    """Return a text as a cell of a CSV file that no spreadsheet takes for a formula.

    Examples
    --------
    >>> csv_text("=cmd()"), csv_text("sod")
    ("'=cmd()", 'sod')
    """
    text = escaped_lines(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def _escape_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
