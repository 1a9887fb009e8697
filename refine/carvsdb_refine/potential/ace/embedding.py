"""How densities become energy: the shifted and scaled Finnis-Sinclair function.

References
----------
.. [1] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

import math

from carvsdb.compiled import compiled_part


@compiled_part
def embed(density: float, exponent: float) -> tuple[float, float]:
    """Return F(x, m) and its derivative by x.

    F(x, 1) = x; else, with a = |x|, n = 1/m, xo = n^(n/(1-n)) e^-a, yo = n^(1/(1-n)) e^-a:
    F = sign(x) ((xo + a)^m - yo). Linear near 0, a power far away.
    """
    if abs(exponent - 1.0) < 1e-10:
        return density, 1.0
    size = abs(density)
    inverse = 1.0 / exponent
    fading = math.exp(-size)
    x_shift = inverse ** (inverse / (1.0 - inverse)) * fading
    y_shift = inverse ** (1.0 / (1.0 - inverse)) * fading
    powered = (x_shift + size) ** exponent
    value = powered - y_shift
    slope = exponent * (1.0 - x_shift) * powered / (x_shift + size) + y_shift
    return (value if density >= 0.0 else -value), slope
