"""A potential laid out for the kernels: flat arrays, and one place for each sum that is ever used.

The atomic base of a centre is one list of complex numbers. First come the sums over neighbours that are computed: for
each neighbour element the g_n of functions of rank 1, then R_nl Y_lm with m >= 0 for every (n, l) that occurs
(the "half"). After them come the mirrored ones with m < 0, A(l,-m) = (-1)^m conj A(l,m), so that a product reads plain
entries (the "full" list). Behind the g_n of a pair that repels stands its repulsion; the sum of these over the
neighbours' elements is the core sum of the centre.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.embedding import EMBEDDINGS
from carvsdb_refine.potential.ace.form import AceForm, Bond, Function
from carvsdb_refine.potential.ace.grid import grid_of, n_columns, needs_grid
from carvsdb_refine.potential.ace.harmonics import harmonic_recursion
from carvsdb_refine.potential.ace.radial import bessel_recursion
from carvsdb_refine.potential.ace.repulsion import fade_many

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class AceTables(NamedTuple):
    """What the kernels read; E elements, always (centre, neighbour).

    Attributes
    ----------
    cutoffs : ndarray of float64, shape (E, E)
        In Å.
    cutoff : float
        The largest of them.
    n_base, base_first, n_channels, l_max : ndarray of int64, shape (E, E)
        Radial basis functions of the pair, its repulsion included; place of the first g_n in the base; number of (n, l)
        used; largest l used.
    channel_l, channel_first : ndarray of int64, shape (E, E, C)
        l of each channel, and the place of its m = 0; m > 0 follow.
    imag_first : ndarray of int64, shape (E, E)
        Place, among the imaginary parts of those with m > 0, of the first of the pair.
    channel_rows : ndarray of float64, shape (E, E, K, C)
        The radial coefficients of each channel.
    grid : ndarray of float64, shape (R, 4, K)
        The cubics of all tabulated radial functions, bin after bin, bond after bond.
    grid_first, grid_bins : ndarray of int64, shape (E, E)
        First row of the pair, or -1 if its functions are the Bessel functions of `radial`; number of its rows.
    grid_scale : ndarray of float64, shape (E, E)
        Bins per Å.
    radial, harmonic : ndarray of float64
        Numbers of the two recursions.
    n_half, n_full : ndarray of int64, shape (E,)
        Lengths of the lists.
    mirror_of, mirror_sign : ndarray, shape (E, M)
        Entry n_half + k of the full list is mirror_sign[k] conj(entry mirror_of[k]).
    first_term : ndarray of int64, shape (E + 1,)
        Where the terms (one per m-combination) of each centre begin; within a centre the rank ascends.
    rank : ndarray of int64, shape (T,)
        Number of factors.
    factors : ndarray of int64, shape (T, largest rank)
        Places in the full list.
    weights : ndarray of float64, shape (T, P)
        What the real part of the product adds to each density.
    function : ndarray of int64, shape (T,)
        Which function of the centre the term belongs to.
    embedding : ndarray of float64, shape (E, P, 2)
        Weight and exponent of each density.
    embedding_kind : ndarray of int64, shape (E,)
        0 for shifted and scaled, 1 for plain.
    repels : ndarray of int64, shape (E,)
        0 if nothing is added to the expansion; 1 if the core sum is added, and fades it; 2 if the nearest neighbour
        fades it.
    core_place : ndarray of int64, shape (E, E)
        Place in the half list of the pair's repulsion, or -1.
    core_limit : ndarray of float64, shape (E, 2)
        The core sum at which the expansion is gone, and over which width it goes, in eV.
    inner : ndarray of float64, shape (E, E, 2)
        Distance below which the expansion is gone, and over which width it comes, in Å, for `repels` 2.
    inner_reach : float
        No neighbour farther than this fades the expansion.
    zero_energy : ndarray of float64, shape (E,)
        In eV.
    """

    cutoffs: Floats
    cutoff: float
    n_base: Integers
    base_first: Integers
    n_channels: Integers
    l_max: Integers
    channel_l: Integers
    channel_first: Integers
    imag_first: Integers
    channel_rows: Floats
    grid: Floats
    grid_first: Integers
    grid_bins: Integers
    grid_scale: Floats
    radial: Floats
    harmonic: Floats
    n_half: Integers
    n_full: Integers
    mirror_of: Integers
    mirror_sign: Floats
    first_term: Integers
    rank: Integers
    factors: Integers
    weights: Floats
    function: Integers
    embedding: Floats
    embedding_kind: Integers
    repels: Integers
    core_place: Integers
    core_limit: Floats
    inner: Floats
    inner_reach: float
    zero_energy: Floats


def lay_out(form: AceForm) -> AceTables:
    """Lay a potential out for the kernels."""
    n_elements = len(form.elements)
    pairs = [(a, b) for a in range(n_elements) for b in range(n_elements)]
    channels = {pair: _channels(form, *pair) for pair in pairs}
    widest = max((len(found) for found in channels.values()), default=0)
    most_base = max(n_columns(bond) for bond in form.bonds.values())
    square = (n_elements, n_elements)
    n_base, base_first, imag_first, n_channels, l_max = (np.zeros(square, np.int64) for _ in range(5))
    channel_l, channel_first = (np.zeros((*square, widest), np.int64) for _ in range(2))
    rows = np.zeros((*square, most_base, widest))
    cutoffs = np.zeros(square)
    core_place = np.full(square, -1)
    n_half, n_imag = np.zeros(n_elements, np.int64), np.zeros(n_elements, np.int64)
    # The half list of each centre: by neighbour element the g_k, then R_nl Y_lm with m >= 0, for the channels that a
    # term uses. Kernels get first places instead of a search.
    for pair in pairs:
        centre, bond, used = pair[0], form.bonds[pair], channels[pair]
        cutoffs[pair], n_base[pair], n_channels[pair] = bond.cutoff, n_columns(bond), len(used)
        if form.is_pooled:  # every neighbour adds to the same places
            n_half[centre], n_imag[centre] = 0, 0
        base_first[pair], imag_first[pair] = n_half[centre], n_imag[centre]
        n_half[centre] += n_columns(bond)
        n_imag[centre] += sum(channel[1] for channel in used)
        if bond.has_repulsion:
            core_place[pair] = n_half[centre] - 1
        l_max[pair] = max((channel[1] for channel in used), default=0)
        for channel, (n, l) in enumerate(used):
            channel_l[(*pair, channel)] = l
            channel_first[(*pair, channel)] = n_half[centre]
            rows[(*pair, slice(bond.n_base), channel)] = bond.coefficients[n - 1, l]
            n_half[centre] += l + 1
    # Behind it the mirrors: what terms need with m < 0. Only then is the place of every factor of a term known.
    places = [_places(centre, channels, base_first, channel_first, form, int(n_half[centre]))
              for centre in range(n_elements)]  # fmt: skip
    mirrors = [mirror for _, mirror in places]
    most_mirrors = max(len(mirror) for mirror in mirrors)
    mirror_of = np.zeros((n_elements, most_mirrors), np.int64)
    mirror_sign = np.zeros((n_elements, most_mirrors))
    for centre, mirror in enumerate(mirrors):
        for index, (place, sign) in enumerate(mirror):
            mirror_of[centre, index], mirror_sign[centre, index] = place, sign
    terms = [_terms(form.centres[centre].functions, places[centre][0]) for centre in range(n_elements)]
    n_terms = sum(len(some) for some in terms)
    n_densities = max(len(centre.embedding) for centre in form.centres)
    rank, function = (np.zeros(n_terms, np.int64) for _ in range(2))
    factors = np.zeros((n_terms, max((len(term[1]) for some in terms for term in some), default=1)), np.int64)
    weights = np.zeros((n_terms, n_densities))
    for index, (which, term, weight) in enumerate(entry for some in terms for entry in some):
        rank[index], function[index] = len(term), which
        factors[index, : len(term)] = term
        weights[index, : len(weight)] = weight
    embedding = np.zeros((n_elements, n_densities, 2))
    embedding[:, :, 1] = 1.0
    for centre, about in enumerate(form.centres):
        embedding[centre, : len(about.embedding)] = about.embedding
    grid, grid_first, grid_bins, grid_scale = _grids(form, most_base)
    inner = np.array([[_inner(form.bonds[a, b]) for b in range(n_elements)] for a in range(n_elements)])
    return AceTables(
        cutoffs=cutoffs,
        cutoff=float(cutoffs.max()),
        n_base=n_base,
        base_first=base_first,
        n_channels=n_channels,
        l_max=l_max,
        channel_l=channel_l,
        channel_first=channel_first,
        imag_first=imag_first,
        channel_rows=rows,
        grid=grid,
        grid_first=grid_first,
        grid_bins=grid_bins,
        grid_scale=grid_scale,
        radial=bessel_recursion(most_base),
        harmonic=harmonic_recursion(int(l_max.max())),
        n_half=n_half,
        n_full=n_half + np.array([len(mirror) for mirror in mirrors], np.int64),
        mirror_of=mirror_of,
        mirror_sign=mirror_sign,
        first_term=np.cumsum([0, *(len(some) for some in terms)]).astype(np.int64),
        rank=rank,
        factors=factors,
        weights=weights,
        function=function,
        embedding=embedding,
        embedding_kind=np.array([EMBEDDINGS.index(about.embedding_name) for about in form.centres], np.int64),
        repels=np.array([_repels(form, centre) for centre in range(n_elements)], np.int64),
        core_place=core_place,
        core_limit=np.array([about.core_limit for about in form.centres], np.float64),
        inner=inner,
        inner_reach=float(min(inner[:, :, 0].max() + inner[:, :, 1].max(), cutoffs.max())),
        zero_energy=np.array([centre.zero_energy for centre in form.centres], np.float64),
    )


def _grids(form: AceForm, width: int) -> tuple[Floats, Integers, Integers, Floats]:
    """Tabulate all bonds that need it, equal ones once; return the rows, and where those of each pair are."""
    n_elements = len(form.elements)
    first, bins = np.full((n_elements, n_elements), -1), np.zeros((n_elements, n_elements), np.int64)
    scale = np.zeros((n_elements, n_elements))
    rows: list[Floats] = []
    known: dict[tuple[object, ...], tuple[int, int, float]] = {}
    n_rows = 0
    for pair, bond in form.bonds.items():
        if not needs_grid(bond):
            continue
        key = bond.functions_key()
        if key not in known:
            cubics, per_length = grid_of(bond)
            known[key] = n_rows, len(cubics), per_length
            rows.append(np.pad(cubics, ((0, 0), (0, 0), (0, width - cubics.shape[2]))))
            n_rows += len(cubics)
        first[pair], bins[pair], scale[pair] = known[key]
    return (np.concatenate(rows) if rows else np.zeros((0, 4, width))), first, bins, scale


def _repels(form: AceForm, centre: int) -> int:
    """Return what is done to the expansion of a centre, as `AceTables.repels` says."""
    bonds = [form.bonds[centre, neighbour] for neighbour in range(len(form.elements))]
    if any(bond.inner.kind == "zbl" for bond in bonds):
        return 2
    end, width = form.centres[centre].core_limit
    # A limit near 0 fades an atom that nothing repels, too.
    alone = 0.0 if end <= 0 else float(fade_many(np.zeros(1), end, width)[0][0])
    return int(alone != 1 or any(bond.has_repulsion for bond in bonds))


def _inner(bond: Bond) -> tuple[float, float]:
    return bond.inner.end - bond.inner.width, bond.inner.width


def _channels(form: AceForm, centre: int, neighbour: int) -> list[tuple[int, int]]:
    """List the (n, l) of a pair that occur in a product."""
    used = {
        (n, l)
        for function in form.centres[centre].functions
        if len(function.elements) > 1
        for element, n, l in zip(function.elements, function.n, function.l, strict=True)
        if element == neighbour or form.is_pooled
    }
    return sorted(used, key=lambda channel: (channel[1], channel[0]))


Places = dict[tuple[int, int, int, int], int]


def _places(
    centre: int,
    channels: dict[tuple[int, int], list[tuple[int, int]]],
    base_first: Integers,
    channel_first: Integers,
    form: AceForm,
    n_half: int,
) -> tuple[Places, list[tuple[int, int]]]:
    """Map (neighbour, n, l, m) to places of the full list; g_n has l = -1."""
    places: Places = {}
    mirror: list[tuple[int, int]] = []
    for neighbour in range(1 if form.is_pooled else len(form.elements)):
        for n in range(form.bonds[centre, neighbour].n_base):
            places[neighbour, n + 1, -1, 0] = int(base_first[centre, neighbour]) + n
        for channel, (n, l) in enumerate(channels[centre, neighbour]):
            first = int(channel_first[centre, neighbour, channel])
            for m in range(l + 1):
                places[neighbour, n, l, m] = first + m
                if m:
                    places[neighbour, n, l, -m] = n_half + len(mirror)
                    mirror.append((first + m, (-1) ** m))
    return places, mirror


def _terms(functions: tuple[Function, ...], places: Places) -> list[tuple[int, list[int], Floats]]:
    """List (function, factors, weights) by ascending rank."""
    terms = []
    for which, function in enumerate(functions):
        rank_1 = len(function.elements) == 1
        for combination, weight in zip(function.m, function.weights, strict=True):
            labels = zip(function.elements, function.n, function.l, combination, strict=True)
            term = [places[mu, n, -1 if rank_1 else ell, int(m)] for mu, n, ell, m in labels]
            terms.append((which, term, weight))
    terms.sort(key=lambda entry: (len(entry[1]), entry[0]))
    return terms
