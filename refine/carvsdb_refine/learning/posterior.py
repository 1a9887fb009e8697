"""A second opinion: how sure a fit is of an energy, from the posterior covariance of its coefficients.

The grade gamma asks whether an environment lies beyond the training; the posterior standard deviation asks how far the
noise that the fit found, and its prior, leave the energy of a structure open. It is that of the whole structure: what
is shared out between its atoms, and between E0 of elements that always come together, no data determine.

References
----------
.. [1] MacKay, Neural Comput. 4, 415 (1992), doi:10.1162/neco.1992.4.3.415
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import write_bytes
from carvsdb.errors import InputError
from carvsdb.regular_file import read_bytes
from carvsdb_refine.learning.basis_fingerprint import basis_fingerprint
from carvsdb_refine.potential.ace.form import AceForm

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What standard deviations are made of.

    Attributes
    ----------
    factor : ndarray of float64, shape (F + E, F + E)
        L of the covariance L L^T of all coefficients, then of E0, in the order of the potential.
    n_functions : tuple of int
        Of each element.
    """

    factor: Floats
    n_functions: tuple[int, ...]

    def deviation(self, rows: Sequence[Floats]) -> float:
        """Return the standard deviation of the energy of a structure, in eV/atom, of its functions by element."""
        counts = [len(some) for some in rows]
        summed = np.concatenate([*(some.sum(axis=0) for some in rows), np.array(counts, np.float64)])
        return float(np.linalg.norm(summed @ self.factor) / max(1, sum(counts)))


def write_posterior(posterior: Posterior, form: AceForm, path: str | Path) -> None:
    """Write the posterior of a potential as an ``.npz`` archive."""
    content = BytesIO()
    whose = np.frombuffer(basis_fingerprint(form), np.uint8)
    np.savez(content, factor=posterior.factor, n_functions=np.array(posterior.n_functions, np.int64), whose=whose)
    write_bytes(path, content.getvalue())


def read_posterior(path: str | Path, form: AceForm) -> Posterior:
    """Read the posterior of a potential.

    Raises
    ------
    InputError
        If the file is none, or one of another potential.
    """
    content = read_bytes(path)
    n_functions = tuple(len(centre.functions) for centre in form.centres)
    try:
        # No pickles: an array of objects could run code.
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            factor, counts = np.asarray(arrays["factor"], np.float64), tuple(arrays["n_functions"].tolist())
            whose = arrays["whose"].tobytes() if "whose" in arrays.files else None
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise InputError("is no posterior of a fit", path=path) from error
    width = sum(n_functions) + len(n_functions)
    if counts != n_functions or factor.shape != (width, width) or not np.isfinite(factor).all():
        raise InputError(
            f"is the posterior of another potential: expected {width} coefficients, got {factor.shape}", path=path
        )
    if whose not in (None, basis_fingerprint(form)):
        raise InputError("is the posterior of another potential: as many functions, but other ones", path=path)
    return Posterior(factor, n_functions)
