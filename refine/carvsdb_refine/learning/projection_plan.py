"""The functions of a potential laid out for projections: each function's products, and which bases each depends on."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.tables import AceTables, lay_out

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ProjectionPlan(NamedTuple):
    """What the kernels read; F functions of all centres together, T terms (one per m-combination), E elements.

    Attributes
    ----------
    first_function : ndarray of int64, shape (E + 1,)
        Where the functions of each centre begin.
    term_first, term_end : ndarray of int64, shape (F,)
        The terms of each function, which are those of `AceTables`.
    coupling : ndarray of float64, shape (T,)
        What the real part of each product adds to its function.
    slot_first : ndarray of int64, shape (F + 1,)
        Where the slots of each function begin: the bases of the half list that it depends on.
    slot_base : ndarray of int64, shape (S,)
        The place in the half list of each slot.
    slot_neighbour : ndarray of int64, shape (S,)
        The element whose atoms that basis sums over.
    slot_is_real : ndarray of int64, shape (S,)
        1 where the basis has no imaginary part.
    factor_slot : ndarray of int64, shape (T, largest rank)
        The slot, counted within its function, of each factor of a term.
    factor_sign : ndarray of float64, shape (T, largest rank)
        0 if the factor is that basis, else the sign with which it is the basis' complex conjugate.
    """

    first_function: Integers
    term_first: Integers
    term_end: Integers
    coupling: Floats
    slot_first: Integers
    slot_base: Integers
    slot_neighbour: Integers
    slot_is_real: Integers
    factor_slot: Integers
    factor_sign: Floats


def b_tables(form: AceForm, name: str) -> AceTables:
    """Lay a potential out with the couplings alone for weights: its one density is the sum of all functions.

    Raises
    ------
    InputError
        If the potential is in C-tilde form, in which functions are no longer apart, or its bases are pooled.
    """
    if form.is_pooled or any(function.coupling is None for centre in form.centres for function in centre.functions):
        raise InputError(
            f"potential {name} has no functions of its own (C-tilde form, .yace)",
            hint="projections and extrapolation grades need the B-basis, .yaml, of the same potential",
        )
    centres = tuple(
        replace(
            centre,
            zero_energy=0.0,
            embedding=np.ones((1, 2)),
            functions=tuple(function.with_coefficients(np.ones(1)) for function in centre.functions),
        )
        for centre in form.centres
    )
    return lay_out(replace(form, centres=centres))


def plan_projections(tables: AceTables, form: AceForm) -> ProjectionPlan:
    """Make the plan; `tables` are those of `b_tables`."""
    n_functions = [len(centre.functions) for centre in form.centres]
    first_function = np.cumsum([0, *n_functions])
    n_terms, n_slots = len(tables.rank), 0
    term_first, term_end = np.zeros(first_function[-1], np.int64), np.zeros(first_function[-1], np.int64)
    factor_slot, factor_sign = np.zeros_like(tables.factors), np.zeros(tables.factors.shape)
    slot_first, slots = [0], list[tuple[int, int, int]]()
    for centre in range(len(form.elements)):
        owner, is_real = _half_list(tables, centre)
        terms = np.arange(tables.first_term[centre], tables.first_term[centre + 1])
        which = tables.function[terms]
        # The terms of a function lie side by side: it has one rank, and terms are sorted by rank, then by function.
        firsts = {int(f): int(terms[k]) for k, f in reversed(list(enumerate(which)))}
        counts = np.bincount(which, minlength=n_functions[centre])
        for f in range(n_functions[centre]):
            begin = firsts.get(f, 0)
            index = first_function[centre] + f
            term_first[index], term_end[index] = begin, begin + counts[f]
            known: dict[int, int] = {}
            for term in range(begin, begin + int(counts[f])):
                for place in range(int(tables.rank[term])):
                    entry, sign = int(tables.factors[term, place]), 0.0
                    if entry >= tables.n_half[centre]:
                        mirror = entry - int(tables.n_half[centre])
                        entry, sign = int(tables.mirror_of[centre, mirror]), float(tables.mirror_sign[centre, mirror])
                    factor_slot[term, place] = known.setdefault(entry, len(known))
                    factor_sign[term, place] = sign
            slots += [(entry, int(owner[entry]), int(is_real[entry])) for entry in known]
            n_slots += len(known)
            slot_first.append(n_slots)
    columns = np.array(slots, np.int64).reshape(-1, 3)
    return ProjectionPlan(
        first_function.astype(np.int64),
        term_first,
        term_end,
        np.ascontiguousarray(tables.weights[:, 0]) if n_terms else np.zeros(0),
        np.array(slot_first, np.int64),
        np.ascontiguousarray(columns[:, 0]),
        np.ascontiguousarray(columns[:, 1]),
        np.ascontiguousarray(columns[:, 2]),
        factor_slot,
        factor_sign,
    )


def _half_list(tables: AceTables, centre: int) -> tuple[Integers, Integers]:
    """Return, for each basis of the half list, the neighbours' element and whether it is real."""
    owner, is_real = np.zeros(tables.n_half[centre], np.int64), np.zeros(tables.n_half[centre], np.int64)
    for neighbour in range(tables.n_base.shape[0]):
        first = tables.base_first[centre, neighbour]
        owner[first : first + tables.n_base[centre, neighbour]] = neighbour
        is_real[first : first + tables.n_base[centre, neighbour]] = 1
        for channel in range(tables.n_channels[centre, neighbour]):
            first = tables.channel_first[centre, neighbour, channel]
            owner[first : first + tables.channel_l[centre, neighbour, channel] + 1] = neighbour
            is_real[first] = 1
    return owner, is_real
