"""The C-tilde form, `.yace`: what pacemaker writes for molecular dynamics."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.form import AceForm, Bond, Centre, Function

RADIAL = "SBessel"
EMBEDDING = "FinnisSinclairShiftedScaled"


def c_tilde_form(content: dict[Any, Any], path: Path) -> AceForm:
    """Bring the mapping of a `.yace` into shape."""
    elements = tuple(str(symbol) for symbol in content["elements"])
    zero = content.get("E0") or [0.0] * len(elements)
    return AceForm(
        elements=elements,
        bonds={
            (int(a), int(b)): bond_of(
                pair=f"{elements[a]}-{elements[b]}",
                basis=text["radbasename"],
                unbuilt=[text.get(key, 0) for key in ("prehc", "rcut_in", "dcut_in")],
                cutoff=text["rcut"],
                shape=(int(text["nradmax"]), int(text["lmax"]) + 1, int(text["nradbasemax"])),
                coefficients=text["radcoefficients"],
                path=path,
            )
            for (a, b), text in content["bonds"].items()
        },
        centres=tuple(
            Centre(
                zero_energy=float(zero[index]),
                embedding=embedding_of(text["npoti"], text["FS_parameters"], int(text["ndensity"]), path),
                functions=tuple(_function(function) for function in content["functions"][index]),
            )
            for index, text in ((index, content["embeddings"][index]) for index in range(len(elements)))
        ),
    )


def bond_of(
    pair: str,
    basis: str,
    unbuilt: Iterable[float],
    cutoff: float,
    shape: tuple[int, int, int],
    coefficients: Any,
    path: Path,
) -> Bond:
    """Return the bond, or raise for what is not built: another basis, a core repulsion, an inner cut-off."""
    if basis != RADIAL:
        raise InputError(f"the radial basis of {pair} is {basis}; only {RADIAL} is built", path=path)
    if any(float(number) != 0 for number in unbuilt):
        raise InputError(f"{pair} has a core repulsion or an inner cut-off, which are not built", path=path)
    numbers = np.array(coefficients, dtype=np.float64)
    if numbers.shape != shape:
        raise InputError(f"radcoefficients of {pair}: expected {shape}, got {numbers.shape}", path=path)
    return Bond(cutoff=float(cutoff), n_base=shape[2], coefficients=numbers)


def embedding_of(name: str, parameters: list[float], n_densities: int, path: Path) -> NDArray[np.float64]:
    """Return weights and exponents, or raise for an embedding that is not built."""
    if name != EMBEDDING:
        raise InputError(f"the embedding is {name}; only {EMBEDDING} is built", path=path)
    return np.array(parameters, dtype=np.float64).reshape(n_densities, 2)


def _function(text: dict[str, Any]) -> Function:
    rank, n_combinations = int(text["rank"]), int(text["num_ms_combs"])
    return Function(
        elements=tuple(text["mus"]),
        n=tuple(text["ns"]),
        l=tuple(text["ls"]),
        m=np.array(text["ms_combs"], dtype=np.int64).reshape(n_combinations, rank),
        weights=np.array(text["ctildes"], dtype=np.float64).reshape(n_combinations, int(text["ndensity"])),
    )
