"""The lower bound of chi² by which moves are rejected without a curve."""

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from field_chains import chain_of, random_model

from carvsdb_refine.monte_carlo import AtomMove, Fit, ScatteringData
from carvsdb_refine.monte_carlo.data.misfit_bound import LeastChi2
from carvsdb_refine.monte_carlo.data.sine_sums import SineSums
from carvsdb_refine.scattering import DataSet, Scatterer

Q, AS_IT_IS = np.linspace(0.5, 15, 120), Scatterer(beyond_box="nothing")


def fit(kind: str, function: str = "F(Q)", how: Scatterer = AS_IT_IS, **more: Any) -> Fit:
    x = np.linspace(0.5, 3.5, 60) if function.endswith("(r)") else Q
    return Fit(DataSet(kind, function, x, np.sin(x) / 5, 0.05, **more), how)


FITS = {
    "fixed scale": fit("neutron"),
    "free scale": fit("xray", scale=None),
    "scale in bounds": fit("xray", scale=None, scale_bounds=(0.9, 1.1)),
    "free offset": fit("neutron", offset=None),
    "both free, weighted": fit("xray", "S(Q)", scale=None, offset=None, weight=3.0),
    "transform to r": fit("xray", "G(r)", Scatterer(q_max=20.0)),
}


@pytest.mark.parametrize("method", ["dense", "coarse", "fourier"])
def test_adjoint_of_sine_sums(method: str) -> None:
    generator = np.random.default_rng(1)
    sums = SineSums.of(300, 0.02, np.sort(generator.uniform(0.05, 8, 90)), method)
    values, weights = generator.normal(size=(2, 300)), generator.normal(size=(2, 90))
    expected = (sums(values) * weights).sum(axis=1)
    assert (values * sums.adjoint(weights)).sum(axis=1) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("name", FITS)
def test_bound_is_below_chi2_and_near_it(name: str) -> None:
    """One histogram serves several accepted moves; only what the curve has strayed and |d|² are lost."""
    generator = np.random.default_rng(2)
    model = random_model(3, 60)
    state, positions = ScatteringData((FITS[name],)).bind(model), model.positions.copy()
    (maker,), (misfit,), (curve,) = state._makers, state._misfits, state._curves
    bound = LeastChi2([maker], [misfit])._parts[0]
    bound.refresh(curve)
    for index in range(12):
        atoms = generator.permutation(model.n_atoms)[:2]
        moved = positions[atoms] + generator.normal(0, 0.02, (2, 3))
        after = state.chi2 + state.propose(atoms, moved)
        change = maker.of(state.pairs.change)
        least = bound.least(state.pairs.change)
        scale = misfit.scale if np.isfinite(misfit.scale) else state.scores()[0].scale
        lost = scale**2 * (np.sqrt(bound._strayed) + np.sqrt(float((misfit.weights * change) @ change))) ** 2
        assert least <= after
        assert least >= after - 1.1 * lost - 1e-9 * after
        if index % 2:
            state.accept()
            positions[atoms] = moved
            bound.follow(state._curves[0])
        else:
            state.reject()
    assert bound.lost > 0


@pytest.mark.parametrize("acceptance", ["joint", "energy first", "data first"])
def test_chains_are_the_same_with_it_and_without(acceptance: str) -> None:
    data = ScatteringData((FITS["fixed scale"], FITS["free scale"]))
    chains = [chain_of(random_model(4, 60), AtomMove(0.2), data=data, acceptance=acceptance, seed=7) for _ in range(2)]
    for chain, least in zip(chains, (True, False), strict=True):
        if not least:
            chain.data._least = None  # type: ignore[union-attr]
        chain.run(200)
    assert chains[0].counts == chains[1].counts
    assert 20 < chains[0].counts[0].accepted < 180
    assert chains[0].chi2 == chains[1].chi2
    assert np.array_equal(chains[0].configuration.positions, chains[1].configuration.positions)


def test_what_is_too_much_needs_no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(5, 60)
    state = ScatteringData((FITS["fixed scale"],)).bind(model)
    atoms, moved = np.array([3]), model.positions[[3]] + 1.5
    change = state.propose(atoms, moved)
    state.reject()
    assert state.propose(atoms, moved, change + 1e-6 * state.chi2) == change
    state.reject()
    monkeypatch.setattr(type(state._makers[0]), "of", None)
    assert state.propose(atoms, moved, -state.chi2) == inf


def test_it_rests_where_it_spares_nothing() -> None:
    """Where every move is accepted, and far, each would need a new histogram."""
    data = ScatteringData((replace(FITS["fixed scale"], data=replace(FITS["fixed scale"].data, sigma=100.0)),))
    chain = chain_of(random_model(6, 60), AtomMove(0.5), data=data)
    chain.run(300)
    assert chain.counts[0].acceptance > 0.9
    assert chain.data._least._rest > 0  # type: ignore[union-attr]
