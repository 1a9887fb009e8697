"""How densities become energy: the Finnis-Sinclair functions, plain, or shifted and scaled.

References
----------
.. [1] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
.. [2] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

import math

from carvsdb.compiled import compiled_part

SHIFTED_SCALED = "FinnisSinclairShiftedScaled"
PLAIN = "FinnisSinclair"
# By their numbers in the tables.
EMBEDDINGS = (SHIFTED_SCALED, PLAIN)


@compiled_part
def embed(density: float, exponent: float) -> tuple[float, float]:
    """Return the shifted and scaled F(x, m) and its derivative by x.

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


@compiled_part
def embed_plain(density: float, exponent: float) -> tuple[float, float]:
    """Return the plain F(x, m) and its derivative by x.

    With a = |x|, w = 10^6 and g = exp(-(w a)³): F = sign(x) ((1 - g) a^m + g w^(1-m) a), which is linear within about
    1/w of 0 and the power elsewhere; g counts as 0 from (w a)³ = 30 on, and F as linear up to a = 1e-10.
    """
    steep = 1.0e6 ** (1.0 - exponent)
    size = abs(density)
    if size <= 1e-10:
        return steep * density, steep
    cube = (1.0e6 * size) ** 3
    power = size**exponent
    if cube > 30.0:
        value, slope = power, exponent * power / size
    else:
        fading = math.exp(-cube)
        fading_slope = -3.0 * cube / size * fading
        value = (1.0 - fading) * power + steep * fading * size
        slope = exponent * power / size * (1.0 - fading) - power * fading_slope + steep * (fading_slope * size + fading)
    return (value if density >= 0.0 else -value), slope
