"""HTML for notebooks: tables whose texts, of whomever they are, are shown letter by letter."""

from collections.abc import Iterable, Sequence
from html import escape

from carvsdb.escaping import escaped, shortened

LONGEST = 200
"""Letters of one text that are shown."""

MOST_ROWS = 20


def html_text(value: object) -> str:
    """Return a value as text of a page.

    Examples
    --------
    >>> html_text("<b>$x$</b>"), html_text(None), html_text(0.25)
    ('&lt;b&gt;$x$&lt;/b&gt;', '', '0.2500')
    """
    if value is None:
        return ""
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    # A dollar sign is a letter of its own in an element that MathJax leaves alone, see `html_table`.
    return escape(escaped(shortened(text, LONGEST)))


def html_table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    n_rows: int | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Return a table.

    Parameters
    ----------
    header : sequence of str
        Empty for a table of facts.
    rows : iterable of sequences
        Values; the first 20 rows are shown.
    caption : str
        Stands above.
    n_rows : int, optional
        How many rows there are in all, where that is more.
    notes : sequence of str
        Stand below.

    Examples
    --------
    >>> html_table((), [("nodes", 4)])
    '<div class="tex2jax_ignore mathjax_ignore"><table><tr><td>nodes</td><td>4</td></tr></table></div>'
    """
    shown = []
    total = 0
    for row in rows:
        total += 1
        if total <= MOST_ROWS:
            shown.append("<tr>" + "".join(f"<td>{html_text(value)}</td>" for value in row) + "</tr>")
    more = (n_rows if n_rows is not None else total) - len(shown)
    head = "<tr>" + "".join(f"<th>{html_text(name)}</th>" for name in header) + "</tr>" if header else ""
    below = [f"... {more} more rows"] if more > 0 else []
    return (
        '<div class="tex2jax_ignore mathjax_ignore">'
        + (f"<p><b>{html_text(caption)}</b></p>" if caption else "")
        + f"<table>{head}{''.join(shown)}</table>"
        + "".join(f"<p>{html_text(note)}</p>" for note in (*below, *notes))
        + "</div>"
    )
