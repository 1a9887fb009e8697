"""How CIF holds a text in one line, and names a block."""

import re

from carvsdb_ingest.files.cif_tags import RESERVED

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+*-]{0,60}")


def block_name(text: str) -> str:
    """Return a name for a block of data.

    Examples
    --------
    >>> block_name("Cu-BTC (as made)")
    'Cu-BTC__as_made_'
    """
    return "".join(one if (one.isascii() and one.isalnum()) or one in "-." else "_" for one in text)[:70] or "net"


def cif_value(text: str) -> str:
    """Write a text as CIF holds it in one line: a word as it is, all else in quotes.

    Examples
    --------
    >>> print(cif_value("Zn1"), cif_value("O1'"), cif_value("_cell"), cif_value(""))
    Zn1 "O1'" '_cell' .
    """
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if not text:
        return "."
    if _WORD.fullmatch(text) and not text.lower().startswith(RESERVED):
        return text
    quote = '"' if "'" in text else "'"
    return f"{quote}{text.replace(quote, '_')}{quote}"
