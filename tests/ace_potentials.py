"""ACE potentials made at random, of every kind that is read; written as pacemaker writes them."""

import json
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from carvsdb_refine.potential.ace.form import AceForm

# Functions by rank: (n, l, L between).
FUNCTIONS: dict[int, list[tuple[list[int], list[int], list[int]]]] = {
    1: [([1], [0], []), ([2], [0], []), ([4], [0], [])],
    2: [([1, 2], [0, 0], []), ([1, 2], [1, 1], []), ([2, 2], [2, 2], [])],
    3: [([1, 1, 2], [1, 1, 2], [2]), ([1, 2, 2], [0, 1, 1], [1])],
    4: [([1, 1, 2, 2], [1, 1, 1, 1], [1, 1])],
    5: [([1, 1, 1, 2, 2], [1, 1, 1, 1, 2], [1, 1, 2])],
    6: [([1, 1, 1, 1, 2, 2], [1, 1, 1, 1, 1, 1], [2, 2, 0, 0]), ([1, 1, 1, 1, 1, 2], [0, 1, 1, 1, 1, 0], [1, 0, 1, 1])],
    7: [([1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 1, 0], [0, 2, 2, 2, 0])],
}


@dataclass
class Kind:
    """What is different from the plain potential."""

    bond: dict[str, Any] = field(default_factory=dict)
    embedding: dict[str, Any] = field(default_factory=dict)
    ranks: tuple[int, ...] = (1, 2, 3)
    elements: tuple[str, ...] = ("O", "Si")
    other_bonds: dict[str, dict[str, Any]] = field(default_factory=dict)


CORE = {"core-repulsion": [60.0, 0.8], "r_in": 1.9, "delta_in": 0.5}
KINDS = {
    "Bessel": Kind(),
    "Bessel of the tests": Kind({"radbase": "TEST_SBessel"}),
    "nothing": Kind({"radbase": "TEST_nothing", **CORE, "inner_cutoff_type": "distance"}),
    "exponential": Kind({"radbase": "ChebExpCos", "radparameters": [4.2], "dcutij": 0.6}),
    "power": Kind({"radbase": "ChebPow", "radparameters": [2.5]}),
    "linear": Kind({"radbase": "ChebLinear", "radparameters": []}),
    "plain embedding": Kind(embedding={"npoti": "FinnisSinclair", "parameters": [1.0, 1.0, -0.7, 0.6]}),
    "plain power": Kind(
        {"radbase": "ChebPow", "radparameters": [2.0]}, {"npoti": "FinnisSinclair", "parameters": [1.0, 1.5]}
    ),
    "core by distance": Kind({**CORE, "inner_cutoff_type": "distance"}),
    "core by density": Kind(
        {"core-repulsion": [6.0, 0.3], "inner_cutoff_type": "density", "r_in": 0.6, "delta_in": 0.2},
        {"rho_core_cut": 9.0, "drho_core_cut": 8.0},
    ),
    "inner cut-off alone": Kind(
        {"radbase": "ChebExpCos", "r_in": 2.1, "delta_in": 0.4, "inner_cutoff_type": "distance"}
    ),
    "a limit that fades all": Kind(embedding={"rho_core_cut": 100.0, "drho_core_cut": 250.0}),
    "ZBL": Kind(
        {"core-repulsion": [1.0, 1.0], "inner_cutoff_type": "zbl", "r_in": 2.2, "delta_in": 0.7, "dcutij": 0.8}
    ),
    "rank 7": Kind(ranks=(1, 2, 4, 5, 6, 7), elements=("Cu",)),
    "rank 1": Kind({"radbase": "ChebExpCos", "nradmaxi": 0, "lmaxi": 0, "radcoefficients": []}, ranks=(1,)),
    "bonds that differ": Kind(
        {"radbase": "ChebPow", "radparameters": [2.0]},
        other_bonds={
            "Si": {"radbase": "SBessel", "rcutij": 3.7},
            "O Si": {"radbase": "ChebExpCos", "radparameters": [3.1], "rcutij": 3.9, "dcutij": 0.2},
        },
    ),
}


def b_basis(kind: Kind, seed: int = 1) -> dict[str, Any]:
    """Return the mapping of a `.yaml`."""
    generator = np.random.default_rng(seed)
    parameters = kind.embedding.get("parameters", [1, 1, 0.8, 0.5])
    n_densities = len(parameters) // 2
    blocks = []
    names: list[tuple[str, ...]] = [(symbol,) for symbol in kind.elements]
    names += [pair for pair in product(kind.elements, repeat=2) if pair[0] != pair[1]]
    for symbols in names:
        name = " ".join(symbols)
        block: dict[str, Any] = {"speciesblock": name}
        if len(symbols) == 1:
            block |= {"ndensityi": n_densities, "npoti": "FinnisSinclairShiftedScaled", "parameters": parameters}
            block |= {"rho_core_cut": 200000, "drho_core_cut": 250} | kind.embedding
        if symbols == tuple(sorted(symbols)):  # the mirror has the same
            block |= {"nradmaxi": 2, "lmaxi": 2, "rcutij": 4.0, "dcutij": 0.01, "NameOfCutoffFunctionij": "cos"}
            block |= {"radbase": "SBessel", "radparameters": [5.25], "nradbaseij": 5}
            block |= {"radcoefficients": generator.normal(0, 0.6, (2, 3, 5)).tolist()}
            block |= kind.bond | kind.other_bonds.get(name, {})
        block["nbody"] = [
            {
                "type": " ".join(
                    [symbols[0], *(symbols[-1] if place % 2 == 0 else symbols[0] for place in range(rank))]
                ),
                "nr": n,
                "nl": l,
                **({"lint": between} if rank > 2 else {}),
                "c": (generator.normal(0, 0.4, n_densities) / rank).tolist(),
            }
            for rank in kind.ranks
            for n, l, between in FUNCTIONS[rank]
        ]
        blocks.append(block)
    return {
        "metadata": {"user": "a test", "starttime": "2026-01-01"},
        "global": {"DeltaSplineBins": 0.001},
        "species": blocks,
    }


def write_b_basis(path: Path, kind: Kind, seed: int = 1) -> Path:
    path.write_text("# a comment\n" + yaml.safe_dump(b_basis(kind, seed), default_flow_style=None, sort_keys=False))
    return path


def write_c_tilde(path: Path, form: AceForm, elements: tuple[str, ...] | None = None) -> Path:
    """Write a potential in C-tilde form, as far as its bonds are no tables."""
    lines = [f"elements: {json.dumps(elements or form.elements)}", f"E0: {[c.zero_energy for c in form.centres]}"]
    lines += ["deltaSplineBins: 1e-03", "embeddings:"]
    for index, centre in enumerate(form.centres):
        end, width = centre.core_limit
        about = {"ndensity": len(centre.embedding), "FS_parameters": centre.embedding.ravel().tolist()}
        about |= {"npoti": centre.embedding_name, "rho_core_cutoff": end, "drho_core_cutoff": width}
        lines.append(f"  {index}: {json.dumps(about)}")
    lines.append("bonds:")
    for (a, b), bond in form.bonds.items():
        n_radial, n_l, n_base = bond.coefficients.shape
        text = {"nradmax": n_radial, "lmax": n_l - 1, "nradbasemax": n_base, "radbasename": bond.radial.name}
        text |= {"radparameters": [bond.radial.parameter], "radcoefficients": bond.coefficients.tolist()}
        text |= {"prehc": bond.repulsion[0], "lambdahc": bond.repulsion[1], "rcut": bond.cutoff}
        text |= {"dcut": bond.radial.width, "rcut_in": bond.inner.end, "dcut_in": bond.inner.width}
        text |= {"inner_cutoff_type": bond.inner.kind}
        lines.append(f"  [{a}, {b}]: {json.dumps(text)}")
    lines.append("functions:")
    for index, centre in enumerate(form.centres):
        lines.append(f"  {index}:")
        for function in centre.functions:
            text = {"mu0": index, "rank": len(function.n), "ndensity": len(centre.embedding)}
            text |= {"num_ms_combs": len(function.m), "mus": function.elements, "ns": function.n, "ls": function.l}
            text |= {"ms_combs": function.m.ravel().tolist(), "ctildes": function.weights.ravel().tolist()}
            lines.append(f"    - {json.dumps(text)}")
    path.write_text("\n".join(lines) + "\n")
    return path
