"""Whether two pages say the same, made by the same carvsdb on machines that round and pack in their own way."""

import re
import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from pathlib import Path

import numpy as np

from carvsdb.errors import InputError
from carvsdb.explorer.html import block
from carvsdb.regular_file import read_text

LARGEST_PAGE = 2**30
"""Bytes that a page may have: 1 GiB."""

_BLOCK = re.compile(re.escape(block("@", "#")).replace("@", "([a-z]+(?:-[0-9]+)?)").replace("\\#", "([A-Za-z0-9+/=]*)"))
_POINTS = re.compile(r'"n":([0-9]+),"axes"')
_NEAR = 1e-4  # of the extent of the map


def same_page(one: str | Path, other: str | Path) -> bool:
    """Compare two pages of :func:`carvsdb.explorer.write_explorer`.

    Parameters
    ----------
    one : str or Path
        A page that is known to be good.
    other : str or Path
        A page that may be anybody's.

    Returns
    -------
    bool
        Whether all that stands outside of the blocks is equal, and all blocks are when they are unpacked; places on
        the map may differ by 0.01 % of its extent.
    """
    try:
        texts = [read_text(Path(path), LARGEST_PAGE) for path in (one, other)]
    except InputError:
        return False
    if texts[0] == texts[1]:
        return True
    (outside, blocks), (other_outside, other_blocks) = map(_parts, texts)
    if outside != other_outside or [name for name, _ in blocks] != [name for name, _ in other_blocks]:
        return False
    counted = _POINTS.search(outside)
    n_points = int(counted[1]) if counted else 0
    return all(
        _same_block(name, zlib.decompress(b64decode(content), wbits=31), other_content, n_points)
        for (name, content), (_, other_content) in zip(blocks, other_blocks, strict=True)
    )


def _parts(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return what stands outside of blocks, and the blocks by name."""
    return _BLOCK.sub(r"<\1>", text), _BLOCK.findall(text)


def _same_block(name: str, content: bytes, packed: str, n_points: int) -> bool:
    try:
        # No more is unpacked than the good one has.
        reader = zlib.decompressobj(wbits=31)
        found = reader.decompress(b64decode(packed, validate=True), len(content) + 1)
    except (zlib.error, Base64Error):
        return False
    if found == content:
        return True
    if name != "map" or len(found) != len(content):
        return False
    places = 2 * n_points * 4
    first, second = (np.frombuffer(one[:places], "<f4") for one in (content, found))
    near = _NEAR * float(np.ptp(first)) if len(first) else 0.0
    return found[places:] == content[places:] and bool(np.allclose(first, second, rtol=0, atol=near))
