"""How the curve of a data set follows from the pairs of a model: a linear map, prepared once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.box_cut import cut_beyond
from carvsdb_refine.scattering.data_set import DataSet
from carvsdb_refine.scattering.form_factors import form_factors
from carvsdb_refine.scattering.functions import Normalisation, grid_steps
from carvsdb_refine.scattering.lengths import NATURAL_DEUTERIUM, scattering_lengths
from carvsdb_refine.scattering.pair_counts import bin_centres, species_pairs
from carvsdb_refine.scattering.sine_transform import SineTransform
from carvsdb_refine.scattering.totals import neutron_level, neutron_weights, xray_weights
from carvsdb_refine.scattering.windows import window

Floats = NDArray[np.float64]
BEYOND_BOX = ("cut", "nothing", "window")
# Steps of Q, in parts of pi / r_max, on the way to a function of r.
_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatterer:
    """What a data set needs to know besides its curve.

    Attributes
    ----------
    deuterium : float
        Fraction of ``H`` that is ²H.
    lengths : mapping of str to float
        Neutron scattering lengths in fm that replace the tables'.
    isotopes : mapping of str to (mapping of str to float)
        For an element the fraction of each of its isotopes: ``{"Ni": {"58": 0.9, "60": 0.1}}``.
    form_factors : str
        Table of X-ray form factors.
    ions : mapping of str to str
        For an element the ion whose form factor it has: ``{"O": "O2-"}``.
    mean_square : bool
        Divide F(Q) of X-rays by ``<f²> = sum_a c_a f_a²`` instead of ``<f>² = (sum_a c_a f_a)²``.
    beyond_box : str
        ``cut``: data of Q are freed of what comes from beyond the model's `r_max`, as the calculated curve is (below
        the first Q the data count as constant, above the last as 0);
        ``nothing``: they are compared as they are; ``window``: as they are, with g = 1 beyond and `window` before.
    window : str
        ``step``, ``lorch`` or ``cosine``; see :func:`~carvsdb_refine.scattering.windows.window`.
    r_max : float or None
        In Å: where the pairs of the model end. By default at half the shortest height of the cell.
    q_resolution : float
        Standard deviation in Å⁻¹ of a Gaussian resolution that is the same at all Q.
    broadening : float or mapping of str to float
        Standard deviation in Å of the Gaussian with which distances are broadened, for all pairs or by pair
        (``{"Si-O": 0.05}``; 0 for pairs that are not named).
    q_max : float or None
        For functions of r: where the measured Q ended, in Å⁻¹, so that the calculated curve has the same ripples.
    bin_correction : bool
        Give back what counting distances in bins takes away: the transform of a histogram of bins ``dr`` is that of
        the distances times ``sin(Q dr/2) / (Q dr/2)``, 1 % less at Q = 25 Å⁻¹ for 0.02 Å.
    """

    deuterium: float = NATURAL_DEUTERIUM
    lengths: Mapping[str, float] = field(default_factory=dict)
    isotopes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    form_factors: str = "waasmaier-kirfel"
    ions: Mapping[str, str] = field(default_factory=dict)
    mean_square: bool = False
    beyond_box: str = "cut"
    window: str = "lorch"
    r_max: float | None = None
    q_resolution: float = 0.0
    broadening: float | Mapping[str, float] = 0.0
    q_max: float | None = None
    bin_correction: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """What of a model does not change when atoms move.

    Attributes
    ----------
    species : tuple of str
        The elements, in alphabetical order.
    concentrations : ndarray of float64, shape (n_species,)
        Fractions of the atoms.
    number_density : float
        Atoms per Å³.
    bin_width : float
        Of the pair histogram, in Å.
    n_bins : int
        Of the pair histogram.
    """

    species: tuple[str, ...]
    concentrations: Floats
    number_density: float
    bin_width: float
    n_bins: int

    @property
    def distances(self) -> Floats:
        """Centres of the bins in Å."""
        return bin_centres(self.n_bins, self.bin_width)


@dataclass(frozen=True, slots=True, eq=False)
class Calculation:
    """The map from ``h_ab(r) = g_ab(r) - 1`` to the calculated curve of one data set.

    With ``s_k`` = `bin_weights`, ``W`` = `pair_weights`, ``M`` = `to_points` where it is given, else 1, and ``a``,
    ``b`` = `factor`, `shift`: on the grid `q`

    ``F(Q) = 1/Q sum_p W_p(Q) sum_k s_k h_pk sin(Q r_k)``, then ``curve = a (M F) + b``;

    where `q` is None (a function of r that is compared as it is) ``curve = a (M sum_p W_p s h_p) + b``.

    Attributes
    ----------
    data : DataSet
        What is fitted: within the fit range, and cut at the model's `r_max` if so asked.
    measured : DataSet
        The same points as they were measured.
    r_max : float
        In Å: where the pairs of the model end.
    r : ndarray of float64, shape (n_bins,)
        Centres of the bins in Å.
    bin_weights : ndarray of float64, shape (n_bins,)
        ``4 pi rho0 dr r`` (1 where `q` is None) times the window times what the Q resolution takes away.
    q : ndarray of float64, shape (n_q,), or None
        Where partial structure factors are needed: the data's points, or a grid of its own.
    pair_weights : ndarray of float64, shape (n_pairs,) or (n_pairs, n_q)
        One number a pair where weights do not depend on Q: then one transform of the weighted sum is enough.
    to_points : ndarray of float64, shape (n_points, n_q), or None
        From the grid to the data's points; with `q` None from the bins, shape (n_points, n_bins).
    factor, shift : ndarray of float64, shape (n_points,)
        From F(Q) or G(r) to the function of the data.
    transform : SineTransform or None
        From the bins to `q`.
    sample : Normalisation
        What ties the functions of the sample together.
    """

    data: DataSet
    measured: DataSet
    r_max: float
    r: Floats
    bin_weights: Floats
    q: Floats | None
    pair_weights: Floats
    to_points: Floats | None
    factor: Floats
    shift: Floats
    transform: SineTransform | None
    sample: Normalisation

    @classmethod
    def of(
        cls,
        data: DataSet,
        composition: Composition,
        scatterer: Scatterer | None = None,
    ) -> "Calculation":
        """Prepare the map.

        Parameters
        ----------
        data : DataSet
            The measured curve.
        composition : Composition
            Of the model, with the bins of its pair histogram.
        scatterer : Scatterer, optional
            How the sample scatters and how the curve was measured.

        Raises
        ------
        InputError
            If an element has no scattering length or form factor, Q steps are too wide for the cut, a pair does
            not exist, or a function of r lacks the `q_max` that it needs.
        """
        how = Scatterer() if scatterer is None else scatterer
        if how.beyond_box not in BEYOND_BOX:
            raise InputError(f"there is no way {how.beyond_box!r} beyond the box; expected {', '.join(BEYOND_BOX)}")
        try:
            return _prepare(cls, data, composition, how)
        except InputError as error:
            if error.item:
                raise
            raise InputError(error.message, path=data.label, hint=error.hint) from None

    def curve(self, h: Floats) -> Floats:
        """Return the calculated curve at the points of `data`, from ``g_ab - 1`` of shape (n_pairs, n_bins)."""
        weighted = h * self.bin_weights
        if self.q is None or self.transform is None:
            assert self.to_points is not None
            plain = self.to_points @ (self.pair_weights @ weighted)
        elif self.pair_weights.ndim == 1:
            plain = self.transform(self.pair_weights @ weighted) / self.q
        else:
            plain = (self.pair_weights * self.transform(weighted)).sum(axis=0) / self.q
        if self.q is not None and self.to_points is not None:
            plain = self.to_points @ plain
        result: Floats = self.factor * plain + self.shift
        return result


def _prepare(cls: type[Calculation], data: DataSet, composition: Composition, how: Scatterer) -> Calculation:
    r = composition.distances
    end = composition.n_bins * composition.bin_width
    r_max = end if how.r_max is None else min(how.r_max, end)
    if not r_max > composition.bin_width:
        raise InputError(f"r_max must be above 0 Å, got {r_max}")
    sample, weights = _weights(data.kind, composition, how)
    windowed = how.beyond_box == "window"
    damping = window(r, r_max, how.window if windowed else "step") * np.exp(-((how.q_resolution * r) ** 2) / 2)
    in_q = 4 * pi * composition.number_density * composition.bin_width * r * damping
    measured = data.trimmed()
    if data.axis == "r":
        return _prepare_r(cls, measured, composition, how, sample, weights, (r_max, r, damping, in_q))
    fitted = data
    if how.beyond_box == "cut":
        fitted = replace(data, values=_cut(data, sample, r_max))
    factor, shift = _affine(sample, measured.x, data.function)
    factor = factor / _bin_factor(measured.x, composition.bin_width, how)
    return cls(
        fitted.trimmed(),
        measured,
        r_max,
        r,
        in_q,
        measured.x,
        _at(weights, measured.x, composition, how),
        None,
        factor,
        shift,
        SineTransform.of(r, measured.x),
        sample,
    )


def _prepare_r(
    cls: type[Calculation],
    data: DataSet,
    composition: Composition,
    how: Scatterer,
    sample: Normalisation,
    weights: "Weights",
    bins: tuple[float, Floats, Floats, Floats],
) -> Calculation:
    r_max, r, damping, in_q = bins
    if data.x[0] < r_max < data.x[-1]:
        data = replace(data, fit_range=(data.fit_range[0], r_max)).trimmed()
    elif data.x[0] >= r_max:
        raise InputError(f"all points lie beyond the model's r_max of {r_max:.4g} Å")
    factor, shift = _affine(sample, data.x, data.function)
    if how.q_max is None:
        if data.kind == "xray" or how.broadening:
            what = "X-ray data" if data.kind == "xray" else "broadening of data"
            raise InputError(f"{what} of {data.function} need q_max, the largest Q of the measurement in Å⁻¹")
        between = _between(data.x, r, composition.bin_width)
        flat = _at(weights, np.ones(1), composition, how)
        return cls(data, data, r_max, r, damping, None, flat, between, factor, shift, None, sample)
    step = pi / (_STEPS * r_max)
    q: Floats = np.asarray((np.arange(max(1, round(how.q_max / step))) + 0.5) * step, np.float64)
    back = np.sin(np.outer(data.x, q)) * q * step / (2 * pi**2 * composition.number_density * data.x[:, None])
    back = back / _bin_factor(q, composition.bin_width, how)
    at_q = _at(weights, q, composition, how)
    return cls(data, data, r_max, r, in_q, q, at_q, back, factor, shift, SineTransform.of(r, q), sample)


def _bin_factor(q: Floats, bin_width: float, how: Scatterer) -> Floats | float:
    """Return what counting in bins leaves of the curve at each Q."""
    if not how.bin_correction:
        return 1.0
    if q[-1] * bin_width > pi:
        raise InputError(
            f"bins of {bin_width:g} Å are too wide for Q up to {q[-1]:.4g} Å⁻¹",
            hint=f"expected a bin_width of at most {pi / q[-1]:.2g} Å in [run]",
        )
    factor: Floats = np.sinc(q * bin_width / (2 * pi))
    return factor


def _between(x: Floats, r: Floats, bin_width: float) -> Floats:
    """Return the way from the bins to the points of data, shape (n_points, n_bins).

    A point stands for what lies between the middles to its neighbours: over that the bins are averaged. Between
    points that are nearer than the bins are wide the bins are interpolated.
    """
    ways: Floats = np.array([np.interp(x, r, row) for row in np.eye(len(r))]).T
    edges = np.arange(len(r) + 1) * bin_width
    steps = grid_steps(x)
    middles = (x[1:] + x[:-1]) / 2
    begins = np.concatenate(([x[0] - steps[0] / 2], middles))
    ends = np.concatenate((middles, [x[-1] + steps[-1] / 2]))
    for row in np.flatnonzero(steps > bin_width * (1 + 1e-6)):
        shared = np.clip(np.minimum(ends[row], edges[1:]) - np.maximum(begins[row], edges[:-1]), 0, None)
        if shared.any():
            ways[row] = shared / shared.sum()
    return ways


# Neutron lengths in fm, or the table of X-ray form factors.
Weights = Floats | str


def _weights(kind: str, composition: Composition, how: Scatterer) -> tuple[Normalisation, Weights]:
    if kind == "xray":
        return Normalisation(composition.number_density), how.form_factors
    lengths = scattering_lengths(composition.species, how.deuterium, how.lengths, how.isotopes)
    level = neutron_level(composition.concentrations, lengths)
    return Normalisation(composition.number_density, level), lengths


def _at(weights: Weights, q: Floats, composition: Composition, how: Scatterer) -> Floats:
    """Return the weights of the pairs, with the broadening of each."""
    concentrations = composition.concentrations
    if isinstance(weights, str):
        by_pair = xray_weights(concentrations, form_factors(composition.species, q, weights, how.ions), how.mean_square)
    else:
        by_pair = neutron_weights(concentrations, weights)
    widths = _widths(composition.species, how.broadening)
    if not widths.any():
        return by_pair
    # A Gaussian on r h(r) is a Gaussian factor of S(Q) - 1.
    by_pair = by_pair if by_pair.ndim == 2 else by_pair[:, None]
    broadened: Floats = by_pair * np.exp(-(np.outer(widths, q) ** 2) / 2)
    return broadened


def _widths(species: tuple[str, ...], broadening: float | Mapping[str, float]) -> Floats:
    pairs = species_pairs(species)
    if not isinstance(broadening, Mapping):
        return np.full(len(pairs), float(broadening))
    widths = np.zeros(len(pairs))
    for name, width in broadening.items():
        pair = tuple(sorted(name.split("-")))
        if pair not in pairs:
            known = ", ".join("-".join(known) for known in pairs)
            raise InputError(f"broadening of {name!r}: there is no such pair; expected one of {known}")
        widths[pairs.index((pair[0], pair[1]))] = width
    return widths


def _cut(data: DataSet, sample: Normalisation, r_max: float) -> Floats:
    """Return the values without what comes from beyond `r_max`."""
    plain = sample.convert(data.values, data.x, data.function, "F(Q)")
    # Below the first Q F goes on as it began: a step down to 0 there would be smeared over the first points.
    step = data.x[1] - data.x[0]
    below = data.x[0] - step * np.arange(int(np.ceil(data.x[0] / step)) - 1, 0, -1)
    x, f = np.concatenate((below, data.x)), np.concatenate((np.full(len(below), plain[0]), plain))
    try:
        cut = cut_beyond(f, x, r_max)[len(below) :]
    except InputError as error:
        hint = 'or say beyond_box = "nothing" to compare the data as they are'
        raise InputError(error.message, hint=hint) from None
    return sample.convert(cut, data.x, "F(Q)", data.function)


def _affine(sample: Normalisation, x: Floats, function: str) -> tuple[Floats, Floats]:
    """Return factor and shift from F(Q) or G(r) to a function."""
    plain = "F(Q)" if function.endswith(("(Q)", "-1]")) else "G(r)"
    shift = sample.convert(np.zeros(len(x)), x, plain, function)
    return sample.convert(np.ones(len(x)), x, plain, function) - shift, shift
