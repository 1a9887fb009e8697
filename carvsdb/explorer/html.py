"""The page: one file that asks for nothing, and runs nothing but its own script.

The policy in its head allows the one script by its hash, and no connection to anywhere. Data stand in elements that no
browser runs; the blocks that are not needed at once come after the script, which begins before they are read.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from carvsdb.explorer.packing import in_element
from carvsdb.html_text import html_text

_PAGE_TYPE, _BLOCK_TYPE = "application/json", "application/gzip;base64"


@cache
def built(name: str) -> str:
    """Return a file of the built page: ``explorer.js``, ``explorer.css`` or ``NOTICES.txt``."""
    return (files("carvsdb.explorer") / "built" / name).read_text(encoding="utf-8")


def head(title: str, about: dict[str, Any]) -> Iterator[str]:
    """Yield the page up to its script; `block` gives what stands between."""
    script, style = built("explorer.js"), built("explorer.css")
    policy = (
        f"default-src 'none'; script-src 'sha256-{_sum(script)}'; style-src 'sha256-{_sum(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{html_text(title)}</title>\n<link rel="icon" href="data:,">\n'
    )
    # Nothing else may stand in these two elements: their hashes are in the policy.
    yield f"<style>{style}</style>\n</head>\n<body>\n"
    yield f"<!--\n{built('NOTICES.txt').replace('--', '==')}-->\n"
    yield '<div id="app"><noscript>This page draws its map by a script, which it holds itself.</noscript></div>\n'
    yield f'<script type="{_PAGE_TYPE}" id="about-page">{in_element(about)}</script>\n'


def script() -> str:
    """Return the element of the script."""
    return f"<script>{built('explorer.js')}</script>\n"


def block(name: str, content: str) -> str:
    """Return the element of a packed block."""
    return f'<script type="{_BLOCK_TYPE}" id="{name}">{content}</script>\n'


def end() -> str:
    """Return the end of the page."""
    return "</body>\n</html>\n"


def _sum(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
