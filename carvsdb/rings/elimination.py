"""Sparse Gaussian elimination over GF(2), size class by size class.

A row is a set of columns. Rows stand in ascending order of size; a row that is tested is reduced modulo the span
of all rows of smaller size, and only then are the rows of its own size taken in.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part
from carvsdb.rings.infinite import Integers, doubled


class Rows(NamedTuple):
    """Sets of columns by ascending size.

    Attributes
    ----------
    sizes : ndarray of int64, shape (n_rows,)
    chains : ndarray of int64, shape (n_rows,)
        Which chain each row is an image of.
    is_test : ndarray of bool, shape (n_rows,)
        True for rows that are tested, False for those that span.
    starts : ndarray of int64, shape (n_rows + 1,)
        Row `i` has the columns ``columns[starts[i]:starts[i + 1]]``; a column that stands twice is not in the set.
    columns : ndarray of int64, shape (n_entries,)
    n_columns : int
    """

    sizes: Integers
    chains: Integers
    is_test: NDArray[np.bool_]
    starts: Integers
    columns: Integers
    n_columns: int


@compiled_part
def lowest_bit(word: int) -> int:
    """Return the number of zero bits below the lowest one of a word that is not zero."""
    count = 0
    if word & 0xFFFFFFFF == 0:
        word >>= 32
        count += 32
    if word & 0xFFFF == 0:
        word >>= 16
        count += 16
    if word & 0xFF == 0:
        word >>= 8
        count += 8
    while word & 1 == 0:
        word >>= 1
        count += 1
    return count


class _Work(NamedTuple):
    """The row in work.

    Attributes
    ----------
    pivots : ndarray of int64, shape (n_columns,)
        Number of the pivot that a column is, or -1.
    words : ndarray of int64
        Bit set of the pivots in the row, 63 in a word.
    groups : ndarray of int64
        Bit set of the words that may not be zero, so that long stretches of zeros cost nothing.
    is_set : ndarray of bool, shape (n_columns,)
        True for the other columns in the row.
    listed : ndarray of int64, shape (2 n_columns + 2,)
        Those columns, and some that were in the row before.
    n_listed : ndarray of int64, shape (1,)
    """

    pivots: Integers
    words: Integers
    groups: Integers
    is_set: NDArray[np.bool_]
    listed: Integers
    n_listed: Integers


@compiled
def eliminate(rows: Rows, full_rank: int) -> tuple[NDArray[np.bool_], int, int]:
    """Find which tested rows are not in the span of smaller rows.

    Parameters
    ----------
    rows : Rows
    full_rank : int
        The rank that is known not to be exceeded: once it is reached every further row is in the span.

    Returns
    -------
    independent : ndarray of bool, shape (n_rows,)
        True for tested rows outside the span of the smaller rows; False for all others.
    rank : int
        Rank of the rows that span.
    size : int
        Size of the last row that added to the rank; 0 if none did.

    Notes
    -----
    Each row taken in gets a pivot, a column of its own that no later row has; of its columns the one in the fewest
    rows is best, because pivots of lonely columns are hardly ever needed again: on ring vectors the reduced
    rows then have two or three entries. Pivots are numbered in the order in which they come. Reducing by a pivot can
    call up only later ones, so that one pass over a bit set of pivot numbers reduces a row completely.
    """
    # How many rows hold a column, counted once: it chooses pivots, and need not be exact.
    n_rows = len(rows.sizes)
    frequency = np.zeros(rows.n_columns, np.int64)
    for row in range(n_rows):
        if not rows.is_test[row]:
            for index in range(rows.starts[row], rows.starts[row + 1]):
                frequency[rows.columns[index]] += 1
    independent = np.zeros(n_rows, np.bool_)
    n_words = rows.n_columns // 63 + 1
    work = _Work(
        np.full(rows.n_columns, -1, np.int64),
        np.zeros(n_words, np.int64),
        np.zeros(n_words // 63 + 1, np.int64),
        np.zeros(rows.n_columns, np.bool_),
        np.empty(2 * rows.n_columns + 2, np.int64),
        np.zeros(1, np.int64),
    )
    # Reduced rows without their pivots, one after the other.
    begins = np.zeros(rows.n_columns + 1, np.int64)
    entries = np.empty(4096, np.int64)
    rank = 0
    last_size = 0
    first = 0
    # Size by size: a strong ring is no sum of smaller cycles, so the tests of a size come before its rows are taken in.
    while first < n_rows and rank < full_rank:
        last = first
        while last < n_rows and rows.sizes[last] == rows.sizes[first]:
            last += 1
        for turn in range(2 * (last - first)):
            row = first + turn % (last - first)
            # Tests first, then what spans.
            if rows.is_test[row] != (turn < last - first):
                continue
            # Over two elements addition is exclusive or: columns flip in the work row, pivots are noted in a bit set,
            # and a second layer of bits says which of its words are not empty.
            _add(work, rows.columns, rows.starts[row], rows.starts[row + 1])
            for group in range(rank // (63 * 63) + 1):
                while work.groups[group] != 0:
                    word = group * 63 + lowest_bit(work.groups[group])
                    if work.words[word] == 0:
                        work.groups[group] &= work.groups[group] - 1
                        continue
                    pivot = word * 63 + lowest_bit(work.words[word])
                    work.words[word] &= work.words[word] - 1
                    _add(work, entries, begins[pivot], begins[pivot + 1])
            # What no pivot removed lies outside the span; the work row is emptied while its best column is sought.
            n_left = _without_stale(work)
            work.n_listed[0] = 0
            best = -1
            for index in range(n_left):
                column = work.listed[index]
                work.is_set[column] = False
                if best < 0 or frequency[column] < frequency[best]:
                    best = column
            if n_left == 0:
                continue
            if rows.is_test[row]:
                independent[row] = True
                continue
            # The row is kept without its pivot, which it is found by.
            while begins[rank] + n_left > len(entries):
                entries = doubled(entries)
            end = begins[rank]
            for index in range(n_left):
                if work.listed[index] != best:
                    entries[end] = work.listed[index]
                    end += 1
            work.pivots[best] = rank
            rank += 1
            begins[rank] = end
            last_size = rows.sizes[row]
            if rank == full_rank:
                break
        first = last
    return independent, rank, last_size


@compiled_part
def _add(work: _Work, columns: Integers, begin: int, end: int) -> None:
    """Add a set of columns to the row in work."""
    for index in range(begin, end):
        column = columns[index]
        pivot = work.pivots[column]
        if pivot >= 0:
            word = pivot // 63
            work.words[word] ^= 1 << (pivot % 63)
            work.groups[word // 63] |= 1 << (word % 63)
            continue
        work.is_set[column] = not work.is_set[column]
        if work.is_set[column]:
            if work.n_listed[0] == len(work.listed):
                work.n_listed[0] = _without_stale(work)
                # The column itself may stand there already; a second time does no harm.
            work.listed[work.n_listed[0]] = column
            work.n_listed[0] += 1


@compiled_part
def _without_stale(work: _Work) -> int:
    """Keep each listed column that is in the row once, and return how many there are."""
    count = 0
    for index in range(work.n_listed[0]):
        column = work.listed[index]
        if work.is_set[column]:
            work.is_set[column] = False
            work.listed[count] = column
            count += 1
    for index in range(count):
        work.is_set[work.listed[index]] = True
    return count
