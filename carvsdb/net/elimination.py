"""Laplacians of nets: solved exactly modulo a prime, and approximately in floating point."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_if_much, compiled_part

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_SINGULAR = 1
_TOO_DENSE = 2

_SMALL = 64
"""Nets of so many vertices are solved by whole matrices, in milliseconds."""


@compiled_part
def inverse_modulo(value: int, prime: int) -> int:
    """Return the inverse of a residue that is not zero."""
    result = 1
    power = value % prime
    exponent = prime - 2
    while exponent > 0:
        if exponent & 1:
            result = result * power % prime
        power = power * power % prime
        exponent >>= 1
    return result


@compiled
def _reduced(value: int, excess: int) -> int:
    """Reduce a number below 2^63 modulo the prime ``2^31 - excess`` without a division."""
    value = (value & 0x7FFFFFFF) + excess * (value >> 31)
    value = (value & 0x7FFFFFFF) + excess * (value >> 31)
    prime = 0x80000000 - excess
    return value - prime if value >= prime else value


@compiled_part
def _dense_tail(matrix: Integers, right: Integers, prime: int) -> bool:
    """Solve a dense symmetric system in place by elimination without a choice of pivots.

    Only the upper triangle of the matrix is used.
    """
    size, width = right.shape
    excess = 0x80000000 - prime
    for pivot in range(size):
        if matrix[pivot, pivot] == 0:
            return False
        inverse = inverse_modulo(matrix[pivot, pivot], prime)
        pivot_row = matrix[pivot]
        for row in range(pivot + 1, size):
            if pivot_row[row] == 0:
                continue
            factor = prime - pivot_row[row] * inverse % prime
            own_row = matrix[row]
            for column in range(row, size):
                own_row[column] = _reduced(own_row[column] + factor * pivot_row[column], excess)
            for column in range(width):
                right[row, column] = _reduced(right[row, column] + factor * right[pivot, column], excess)
    for row in range(size - 1, -1, -1):
        inverse = inverse_modulo(matrix[row, row], prime)
        for column in range(width):
            value = right[row, column]
            for other in range(row + 1, size):
                value = _reduced(value + (prime - matrix[row, other]) * right[other, column], excess)
            right[row, column] = value * inverse % prime
    return True


@compiled_part
def _with_room(array: Integers, used: int, room: int) -> Integers:
    """Return a larger array that begins with the part in use."""
    larger = np.empty(room, np.int64)
    for place in range(used):
        larger[place] = array[place]
    return larger


def solve_laplacian(starts: Integers, neighbours: Integers, right: Integers, prime: int, largest_tail: int) -> int:
    """Solve ``L x = right`` modulo a prime with ``x[0] = 0``; the answer replaces `right`.

    Parameters
    ----------
    starts, neighbours : ndarrays of int64
        Edge ends by vertex, sorted by neighbour; ends at the vertex itself count nothing.
    right : ndarray of int64, shape (n, d)
        Residues.
    prime : int
        Of the form ``2^31 - excess`` with an excess below 100.
    largest_tail : int
        More unknowns than this in a dense system are not tried.

    Returns
    -------
    int
        0; 1 if a pivot is zero modulo the prime; 2 if the rest is too large.

    Notes
    -----
    Small nets are solved without the kernel, the longest of those that their analysis would need.
    """
    if len(starts) - 1 <= _SMALL:
        return _solve_small(starts, neighbours, right, prime)
    return _solve_sparse(starts, neighbours, right, prime, largest_tail)


def _solve_small(starts: Integers, neighbours: Integers, right: Integers, prime: int) -> int:
    n = len(starts) - 1
    sources = np.repeat(np.arange(n), np.diff(starts))
    laplacian = np.zeros((n, n), np.int64)
    np.add.at(laplacian, (sources, sources), 1)
    np.add.at(laplacian, (sources, neighbours), -1)
    rows = np.concatenate([laplacian[1:, 1:], right[1:]], axis=1) % prime
    for pivot in range(n - 1):
        found = np.flatnonzero(rows[pivot:, pivot])
        if not len(found):
            return _SINGULAR
        rows[[pivot, pivot + found[0]]] = rows[[pivot + found[0], pivot]]
        rows[pivot] = rows[pivot] * pow(int(rows[pivot, pivot]), -1, prime) % prime
        others = np.flatnonzero(rows[:, pivot])
        others = others[others != pivot]
        rows[others] = (rows[others] + (prime - rows[others, pivot, None]) * rows[pivot]) % prime
    right[1:] = rows[:, n - 1 :]
    right[0] = 0
    return 0


@compiled_if_much
def _solve_sparse(starts: Integers, neighbours: Integers, right: Integers, prime: int, largest_tail: int) -> int:
    """Eliminate vertices in the order of their degrees, as long as rows stay sparse; what is left is dense."""
    n = len(starts) - 1
    width = right.shape[1]
    excess = 0x80000000 - prime
    # Rows of the sparse matrix lie in one pair of arrays, columns ascending, so that two rows merge in one pass and a
    # row that grows moves to the end. Vertex 0 has no row and no column: fixing x[0] = 0 makes the rest regular.
    begin = np.zeros(n, np.int64)
    length = np.zeros(n, np.int64)
    room = np.zeros(n, np.int64)
    columns = np.empty(4 * len(neighbours) + 4 * n + 16, np.int64)
    values = np.empty(len(columns), np.int64)
    used = 0
    for vertex in range(1, n):
        begin[vertex] = used
        degree = 0
        diagonal = -1
        for end in range(starts[vertex], starts[vertex + 1]):
            other = neighbours[end]
            if diagonal < 0 and other >= vertex:
                diagonal = used
                columns[used] = vertex
                used += 1
            if other == vertex:
                continue
            degree += 1
            if other == 0:
                continue
            # Ends are sorted by neighbour: several edges to one neighbour, in different cells, are one entry.
            if used > begin[vertex] and columns[used - 1] == other:
                values[used - 1] -= 1
            else:
                columns[used] = other
                values[used] = prime - 1
                used += 1
        if diagonal < 0:
            diagonal = used
            columns[used] = vertex
            used += 1
        values[diagonal] = degree % prime
        length[vertex] = used - begin[vertex]
        room[vertex] = length[vertex]
    # The shortest row goes first (minimum degree): eliminating a vertex joins its neighbours, so a vertex with few
    # neighbours fills in least. A plain scan for it costs less than a queue that every merge would have to mend.
    done = np.zeros(n, np.bool_)
    done[0] = True
    order = np.empty(n, np.int64)
    n_done = 0
    merged_columns = np.empty(n, np.int64)
    merged_values = np.empty(n, np.int64)
    while n_done < n - 1:
        pivot = -1
        for vertex in range(1, n):
            if not done[vertex] and (pivot < 0 or length[vertex] < length[pivot]):
                pivot = vertex
        # Once the shortest row is half full the others are, too, and merging lists costs more than a dense matrix.
        left = n - 1 - n_done
        if left > 8 and 2 * length[pivot] >= left:
            break
        own = 0
        for slot in range(begin[pivot], begin[pivot] + length[pivot]):
            if columns[slot] == pivot:
                own = values[slot]
        if own == 0:
            return _SINGULAR
        # The matrix is symmetric, and stays so: the columns of the pivot's row are the rows that hold the pivot.
        inverse = inverse_modulo(own, prime)
        for slot in range(begin[pivot], begin[pivot] + length[pivot]):
            row = columns[slot]
            if row == pivot:
                continue
            factor = prime - values[slot] * inverse % prime
            a, a_last = begin[row], begin[row] + length[row]
            b, b_last = begin[pivot], begin[pivot] + length[pivot]
            count = 0
            while a < a_last or b < b_last:
                if b >= b_last or (a < a_last and columns[a] < columns[b]):
                    merged_columns[count] = columns[a]
                    merged_values[count] = values[a]
                    a += 1
                elif a >= a_last or columns[b] < columns[a]:
                    merged_columns[count] = columns[b]
                    merged_values[count] = _reduced(factor * values[b], excess)
                    b += 1
                else:
                    merged_columns[count] = columns[a]
                    merged_values[count] = _reduced(values[a] + factor * values[b], excess)
                    a += 1
                    b += 1
                if merged_columns[count] != pivot:
                    count += 1
            # Half as much again: a row that grew once grows again.
            if count > room[row]:
                needed = count + count // 2
                if used + needed > len(columns):
                    columns = _with_room(columns, used, 2 * (used + needed))
                    values = _with_room(values, used, 2 * (used + needed))
                begin[row] = used
                room[row] = needed
                used += needed
            for place in range(count):
                columns[begin[row] + place] = merged_columns[place]
                values[begin[row] + place] = merged_values[place]
            length[row] = count
            for column in range(width):
                right[row, column] = (right[row, column] + factor * right[pivot, column]) % prime
        done[pivot] = True
        order[n_done] = pivot
        n_done += 1
    # What is left is solved as a dense matrix, if that is not too much work, before the sparse rows are substituted
    # back: these refer to its unknowns.
    left = n - 1 - n_done
    if left > largest_tail:
        return _TOO_DENSE
    if left > 0:
        rest = np.empty(left, np.int64)
        place_of = np.zeros(n, np.int64)
        count = 0
        for vertex in range(1, n):
            if not done[vertex]:
                rest[count] = vertex
                place_of[vertex] = count
                count += 1
        matrix = np.zeros((left, left), np.int64)
        tail = np.empty((left, width), np.int64)
        for place in range(left):
            row = rest[place]
            for column in range(width):
                tail[place, column] = right[row, column]
            for slot in range(begin[row], begin[row] + length[row]):
                matrix[place, place_of[columns[slot]]] = values[slot]
        if not _dense_tail(matrix, tail, prime):
            return _SINGULAR
        for place in range(left):
            for column in range(width):
                right[rest[place], column] = tail[place, column]
    # Backwards: the row of a pivot holds only vertices that were eliminated after it.
    for step in range(n_done - 1, -1, -1):
        pivot = order[step]
        own = 0
        for slot in range(begin[pivot], begin[pivot] + length[pivot]):
            if columns[slot] == pivot:
                own = values[slot]
        inverse = inverse_modulo(own, prime)
        for column in range(width):
            value = right[pivot, column]
            for slot in range(begin[pivot], begin[pivot] + length[pivot]):
                if columns[slot] != pivot:
                    value = (value + (prime - values[slot]) * right[columns[slot], column]) % prime
            right[pivot, column] = value * inverse % prime
    for column in range(width):
        right[0, column] = 0
    return 0


@compiled_if_much
def approach_laplacian(starts: Integers, neighbours: Integers, right: Floats, tolerance: float) -> Floats:
    """Solve ``L x = right`` by conjugate gradients, then shift it so that ``x[0] = 0``.

    The residual falls below `tolerance` times the right-hand side unless 20 n + 1000 steps do not suffice.
    """
    n, width = right.shape
    answer = np.zeros((n, width))
    rest = np.empty(n)
    direction = np.empty(n)
    image = np.empty(n)
    for column in range(width):
        norm = 0.0
        for vertex in range(n):
            rest[vertex] = right[vertex, column]
            direction[vertex] = rest[vertex]
            norm += rest[vertex] * rest[vertex]
        goal = norm * tolerance * tolerance
        steps = 0
        while norm > goal and norm > 0 and steps < 20 * n + 1000:
            curvature = 0.0
            for vertex in range(n):
                total = 0.0
                for end in range(starts[vertex], starts[vertex + 1]):
                    total += direction[vertex] - direction[neighbours[end]]
                image[vertex] = total
                curvature += direction[vertex] * total
            if curvature <= 0:
                break
            step = norm / curvature
            following = 0.0
            for vertex in range(n):
                answer[vertex, column] += step * direction[vertex]
                rest[vertex] -= step * image[vertex]
                following += rest[vertex] * rest[vertex]
            for vertex in range(n):
                direction[vertex] = rest[vertex] + following / norm * direction[vertex]
            norm = following
            steps += 1
        origin = answer[0, column]
        for vertex in range(n):
            answer[vertex, column] -= origin
    return answer
