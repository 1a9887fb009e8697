"""What tells whether an active set or a posterior is that of a potential: a hash of what its functions depend on."""

import hashlib
from collections.abc import Iterator

from carvsdb_refine.learning.basis import pacemaker_order
from carvsdb_refine.potential.ace.form import AceForm


def basis_fingerprint(form: AceForm) -> bytes:
    """Return 16 bytes that are the same for potentials with the same functions, whatever their coefficients.

    Numbers count to nine digits, as files may round them; the order of functions in a file does not.
    """
    return hashlib.sha256("\n".join(_lines(form)).encode()).digest()[:16]


def _lines(form: AceForm) -> Iterator[str]:
    yield " ".join(form.elements)
    for (centre, neighbour), bond in sorted(form.bonds.items()):
        radial, inner = bond.radial, bond.inner
        numbers = [bond.cutoff, radial.parameter, radial.width, inner.end, inner.width, *bond.coefficients.ravel()]
        shape = bond.coefficients.shape
        yield f"{centre} {neighbour} {radial.name} {inner.kind} {shape} {' '.join(f'{x:.9g}' for x in numbers)}"
    for functions in (centre.functions for centre in form.centres):
        for place in pacemaker_order(functions).tolist():
            function = functions[place]
            yield f"{function.elements} {function.n} {function.l} {function.between}"
