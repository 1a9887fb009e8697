"""Soft constraints and fixed atoms: kept up to date, pulling where they should; X-rays of ions and over <f²>."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import carvsdb
from refine_folder import CONFIG, make_folder, silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.monte_carlo import (
    AtomMove,
    Bend,
    Chain,
    ChainOptions,
    Configuration,
    CoordinationFraction,
    FixedAtoms,
    Proposal,
    SoftTerm,
    Stretch,
)
from carvsdb_refine.scattering import (
    Calculation,
    DataSet,
    Scatterer,
    composition_of_partials,
    form_factors,
    pair_histogram,
)
from carvsdb_refine.scattering import partial_distributions as partials_of

CELL = np.array([[9.0, 0, 0], [1.0, 8.5, 0], [-0.8, 0.6, 9.2]])
SOFT = """
[[constraints.fractions]]
pair = "Si-Si"
cutoff = 2.7
number = 4
fraction = 0.98
sigma = 0.02

[[constraints.bend]]
triple = "Si-Si-Si"
longest = 2.7
angle = 109.47
sigma = 5.0

[[constraints.stretch]]
pair = "Si-Si"
longest = 2.7
sigma = 0.1

"""


def mixture(seed: int) -> AtomicModel:
    generator = np.random.default_rng(seed)
    elements = tuple(generator.choice(["Zn", "N", "N"], 40).tolist())
    return AtomicModel(elements, generator.random((40, 3)) @ CELL, CELL)


def naive_fraction(model: AtomicModel, soft: CoordinationFraction) -> float:
    inverse, good, centres = np.linalg.inv(model.cell), 0, 0
    for one, element in enumerate(model.elements):
        if element != soft.centre:
            continue
        number = 0
        for two, other in enumerate(model.elements):
            apart = (model.positions[two] - model.positions[one]) @ inverse
            length = np.linalg.norm((apart - np.rint(apart)) @ model.cell)
            number += other == soft.neighbour and two != one and bool(length < soft.cutoff)
        centres += 1
        good += number == soft.number
    return good / centres


def nearest(model: AtomicModel, one: int, two: int) -> Any:
    """Return the vector between two atoms in nearest images, by trying all."""
    images = np.array(list(np.ndindex(5, 5, 5))) - 2
    vectors = model.positions[two] - model.positions[one] + images @ model.cell
    return vectors[np.argmin(np.linalg.norm(vectors, axis=1))]


def naive_shapes(start: AtomicModel, model: AtomicModel, soft: Stretch | Bend) -> float:
    """Return chi² of the bonds or angles of a start in a later model."""
    atoms, elements = range(start.n_atoms), start.elements

    def bonded(one: int, two: int) -> bool:
        return one != two and bool(np.linalg.norm(nearest(start, one, two)) < soft.longest)

    def angle(one: int, centre: int, two: int, where: AtomicModel) -> float:
        first, second = nearest(where, centre, one), nearest(where, centre, two)
        return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))

    departures: list[Any] = []
    if isinstance(soft, Stretch):
        for one, two in itertools.combinations(atoms, 2):
            if sorted((elements[one], elements[two])) == sorted((soft.first, soft.second)) and bonded(one, two):
                length = np.linalg.norm(nearest(start, one, two)) if soft.length is None else soft.length
                departures.append(np.linalg.norm(nearest(model, one, two)) - length)
    else:
        for centre in [atom for atom in atoms if elements[atom] == soft.centre]:
            around = [atom for atom in atoms if bonded(centre, atom)]
            for one, two in itertools.combinations(around, 2):
                if sorted((elements[one], elements[two])) == sorted((soft.first, soft.last)):
                    target = angle(one, centre, two, start) if soft.angle is None else soft.angle
                    departures.append(angle(one, centre, two, model) - target)
    assert len(departures) > 5
    return float(sum((departure / soft.sigma) ** 2 for departure in departures))


@pytest.mark.parametrize(
    "soft",
    [
        CoordinationFraction("Zn", "N", 3.0, 3, 0.7, 0.05),
        CoordinationFraction("N", "N", 2.5, 1, 0.3, 0.05),
        Stretch("Zn", "N", 3.0, 2.1, 0.3),
        Stretch("N", "N", 2.8, None, 0.3),
        Bend("N", "Zn", "N", 3.0, 109.0, 10.0),
        Bend("Zn", "N", "N", 3.0, None, 10.0),
    ],
)
def test_soft_constraints_follow_moves(soft: Any) -> None:
    generator = np.random.default_rng(3)
    start = mixture(1)
    configuration = Configuration(start)
    bound = soft.bind(configuration)
    for size in (1, 2, 5, 3, 1, 4):
        atoms = generator.permutation(40)[:size]
        moved = configuration.positions[atoms] + generator.normal(0, 0.4, (size, 3))
        before = bound.chi2
        change = bound.propose(Proposal(atoms, moved))
        if size == 5:
            bound.reject()
            assert bound.chi2 == before
            continue
        configuration.change(atoms, moved)
        bound.accept()
        assert bound.chi2 == pytest.approx(before + change, abs=1e-8)
        assert bound.drift() < 1e-7
        if isinstance(soft, CoordinationFraction):
            assert bound.fraction == pytest.approx(naive_fraction(configuration.snapshot(), soft))
    if not isinstance(soft, CoordinationFraction):
        assert bound.chi2 == pytest.approx(naive_shapes(start, configuration.snapshot(), soft), rel=1e-6)
    grown = Proposal(np.arange(40), configuration.positions * 1.05, configuration.cell * 1.05)
    expected = bound.chi2_at(grown.positions, configuration.cell * 1.05) - bound.chi2
    assert bound.propose(grown) == pytest.approx(expected, abs=1e-9)


def test_a_fraction_is_reached_and_fixed_atoms_stay() -> None:
    model = mixture(2)
    soft = CoordinationFraction("Zn", "N", 3.0, 4, 1.0, 0.02)
    fixed = FixedAtoms(("N",), (model.elements.index("Zn"),))
    options = ChainOptions(temperature=300.0, check_every=0)
    chain = Chain(model, (), None, [AtomMove(0.5)], [fixed], options, np.random.default_rng(5), [soft])
    before = naive_fraction(model, soft)
    chain.run(3000)
    assert naive_fraction(chain.model, soft) > before + 0.3
    assert chain.check().chi2 == 0
    moved = (chain.model.positions != model.positions).any(axis=1)
    kinds = np.array(model.elements)
    assert moved[kinds == "Zn"].sum() == (kinds == "Zn").sum() - 1
    assert not moved[kinds == "N"].any()
    for wrong, words in ((FixedAtoms(("O",)), "no element 'O'"), (FixedAtoms(("N", "Zn")), "no atom is left"),
                         (FixedAtoms((), (40,)), "there is no atom 40")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            wrong.bind(Configuration(model))


def test_a_run_with_soft_constraints_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    text = CONFIG.replace("[moves]", SOFT + "[moves]").replace("[constraints]", "[constraints]\nfixed_atoms = [0, 1]")
    text = text.replace("moves = 400", "moves = 200")
    whole = make_folder(tmp_path / "whole", text)
    done = carvsdb("refine", "run", whole, "--json")
    assert done.code == 0, done.err
    assert list(done.json["soft"]) == ["Si-Si 4-fold", "stretch Si-Si", "bend Si-Si-Si"]
    assert "soft constraints Si-Si 4-fold" in done.json["drift"]
    assert "chi² off by" in done.json["drift"]
    parts = make_folder(tmp_path / "parts", text.replace("moves = 200", "moves = 100"))
    assert carvsdb("refine", "run", parts).code == 0
    parts.write_text(text)
    again = carvsdb("refine", "resume", parts, "--json")
    assert again.json["soft"] == done.json["soft"]
    for name in ("model.xyz", "trace.csv"):
        assert (parts.parent / "si" / name).read_bytes() == (whole.parent / "si" / name).read_bytes()
    start, end = read_model(whole.parent / "start.xyz"), read_model(whole.parent / "si" / "model.xyz")
    assert (start.positions[:2] == end.positions[:2]).all()
    assert (start.positions[2:] != end.positions[2:]).any()
    broken = make_folder(tmp_path / "broken", text.replace('triple = "Si-Si-Si"', 'triple = "O-Si-O"'))
    refused = carvsdb("refine", "run", broken)
    assert refused.code == 3
    assert "bend O-Si-O: the start has none" in refused.err


def test_a_chain_goes_on_when_every_bond_has_become_too_long() -> None:
    """What is bonded is told by the start, however far its bonds have been stretched since."""
    model = AtomicModel(("Si", "O"), np.array([[2.0, 4, 4], [3.6, 4, 4]]), CELL)
    moves, options = [AtomMove(0.2)], ChainOptions(temperature=300.0, check_every=0)
    soft: list[SoftTerm] = [Stretch("Si", "O", 1.8, 3.0, 0.01), CoordinationFraction("Si", "O", 1.8, 1, 0.0, 1.0)]
    chain = Chain(model, (), None, moves, (), options, np.random.default_rng(1), soft)
    chain.run(200)
    assert np.linalg.norm(np.subtract(*chain.configuration.positions)) > 2.5
    saved = chain.state()
    again = Chain.from_state(saved, model, (), None, moves, (), options, soft)
    assert again.soft_chi2 == chain.soft_chi2
    for one in (chain, again):
        one.run(50)
    assert again.soft_chi2 == chain.soft_chi2
    assert (again.configuration.positions == chain.configuration.positions).all()


def test_xrays_over_the_mean_square_and_of_ions() -> None:
    model = replace(silicon(), elements=("Si",) * 30 + ("O",) * 34)
    partials = partials_of(pair_histogram(model))
    q = np.arange(1.0, 15.0, 0.5)
    data = DataSet("xray", "F(Q)", q, np.ones(len(q)))

    def curve(**more: Any) -> Any:
        how = Scatterer(beyond_box="nothing", **more)
        return Calculation.of(data, composition_of_partials(partials), how).curve(np.asarray(partials.values - 1))

    shares, factors = partials.concentrations, form_factors(partials.species, q)
    ratio = (shares @ factors) ** 2 / (shares @ factors**2)
    assert curve(mean_square=True) == pytest.approx(curve() * ratio)
    ions = {"O": "O2-", "Si": "Si4+"}
    at_0 = form_factors(partials.species, np.array([1e-6]), ions=ions)[:, 0]
    assert at_0 == pytest.approx([10, 10], abs=0.01)
    assert np.abs(curve(ions=ions) - curve()).max() > 1e-3
    for wrong, words in (({"O": "S2-"}, "must be one of it"), ({"N": "N3-"}, "does not have"),
                         ({"O": "O5-"}, "O5- has no Waasmaier-Kirfel")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            curve(ions=wrong)
    with pytest.raises(InputError, match="neutral atoms"):
        curve(ions=ions, form_factors="cromer-mann")
