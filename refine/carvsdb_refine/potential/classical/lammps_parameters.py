"""Parameter files of three-body potentials, as LAMMPS reads them: three elements, then numbers."""

from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown

Triples = dict[tuple[str, str, str], tuple[float, ...]]


def read_triples(path: str | Path, n_numbers: int, kind: str) -> Triples:
    """Read a file of entries ``element_1 element_2 element_3 number ...``; an entry may go over several lines.

    Parameters
    ----------
    path : str or Path
        The file; ``#`` starts a comment.
    n_numbers : int
        How many numbers an entry has.
    kind : str
        Name of the potential, for the message.

    Raises
    ------
    InputError
        With file and line, if an entry is cut off, a number is none, or a triple occurs twice.
    """
    file = TextFile.load(path)
    words: list[tuple[int, str]] = []
    for number, text in enumerate(file.lines, 1):
        words += [(number, word) for word in text.partition("#")[0].split()]
    width = 3 + n_numbers
    found: Triples = {}
    for start in range(0, len(words), width):
        entry = words[start : start + width]
        line = entry[0][0]
        if len(entry) < width:
            expected = f"3 elements and {n_numbers} numbers"
            raise file.error(line, f"an entry of {kind} has {expected}, got {len(entry)} words (is the file cut off?)")
        for where, word in entry[:3]:
            if not word[0].isalpha():
                raise file.error(where, f"expected an element, got {shown(word)}")
        triple = (entry[0][1], entry[1][1], entry[2][1])
        if triple in found:
            raise file.error(line, f"{' '.join(triple)} is given twice")
        found[triple] = tuple(file.number(word, where, f"a number of {kind}") for where, word in entry[3:])
    if not found:
        raise InputError(f"has no entries; expected those of a {kind} potential", path=path)
    return found


def elements_of_triples(triples: Triples, name: str) -> tuple[str, ...]:
    """Return the elements in alphabetical order, if all their triples are given.

    Raises
    ------
    InputError
        If one is missing.
    """
    elements = tuple(sorted({symbol for triple in triples for symbol in triple}))
    for triple in product(elements, repeat=3):
        if triple not in triples:
            raise InputError(f"potential {name} has no entry {' '.join(triple)}; it needs one for every three elements")
    return elements


def triple_array(triples: Triples, elements: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the numbers, shape (E, E, E, n_numbers)."""
    rows = [triples[a, b, c] for a, b, c in product(elements, repeat=3)]
    return np.array(rows, np.float64).reshape(*[len(elements)] * 3, -1)
