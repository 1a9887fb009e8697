"""Data sets: the goodness of a curve, scores over a fit range, and what no data set can be."""

import numpy as np
import pytest

from carvsdb.errors import InputError, RefusedError
from carvsdb_refine.scattering import DataSet, best_scale, chi2, rw


def test_goodness() -> None:
    measured, calculated = np.array([1.0, -2.0, 3.0]), np.array([1.5, -1.0, 1.0])
    sigma = np.array([0.1, 0.2, 0.4])
    scale = best_scale(calculated, measured, sigma, offset=0.3)
    for other in (scale - 1e-3, scale + 1e-3):
        assert chi2(other * calculated + 0.3, measured, sigma) > chi2(scale * calculated + 0.3, measured, sigma)
    assert best_scale(calculated, measured, bounds=(0.0, 0.5)) == 0.5
    assert rw(measured, measured) == 0
    assert rw(0 * measured, measured, sigma) == 1
    with pytest.raises(RefusedError, match="Rw has no value"):
        rw(calculated, 0 * measured)
    with pytest.raises(RefusedError, match="no scale can be fitted"):
        best_scale(0 * measured, measured)


def test_score_over_the_fit_range() -> None:
    x = np.linspace(0.1, 1.0, 10)
    data = DataSet("neutron", "F(Q)", x, np.ones(10), fit_range=(0.3, 0.6), offset=0.5, weight=2.0, sigma=0.1)
    assert data.in_range.sum() == 4
    score = data.score(np.where(data.in_range, 0.4, 99.0))
    assert (score.n_points, score.scale) == (4, 1.0)
    assert score.rw == pytest.approx(0.1)
    assert score.chi2 == pytest.approx(8)
    assert DataSet("neutron", "F(Q)", x, np.ones(10)).score(np.ones(10)).chi2 is None
    # Errors of points weigh Rw, one error for all does not.
    errors = np.where(x < 0.55, 0.1, 1.0)
    weighed = DataSet("neutron", "F(Q)", x, np.ones(10), sigma=errors).score(np.where(x < 0.55, 1.0, 0.0))
    assert weighed.rw == pytest.approx(np.sqrt(5 / 505))
    with pytest.raises(InputError, match=r"expected a curve of shape \(10,\)"):
        data.score(np.ones(9))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "electron"}, "data of kind 'electron'"),
        ({"function": "f"}, "no scattering function"),
        ({"x": [1.0, 1.0, 2.0]}, "ascend, got 1 as point 2"),
        ({"x": [0.0, 1.0, 2.0]}, "above 0"),
        ({"x": [1.0, 2.0]}, "got 2 and 3"),
        ({"values": [1.0, np.nan, 2.0]}, "finite"),
        ({"sigma": 0.0}, "above 0"),
        ({"sigma": [0.1, 0.1]}, "expected one error or 3"),
        ({"fit_range": (5.0, 9.0)}, "fewer than 2 points lie in the fit range 5 to 9 Å⁻¹; the data cover 1 to 3 Å⁻¹"),
        ({"weight": -1.0}, "weight"),
        ({"scale_bounds": (2.0, 1.0)}, "bounds"),
        ({"offset": np.inf}, "finite"),
    ],
)
def test_data_sets_check_themselves(changes: dict[str, object], words: str) -> None:
    good: dict[str, object] = {"kind": "xray", "function": "F(Q)", "x": [1.0, 2.0, 3.0], "values": [1.0, 2.0, 3.0]}
    with pytest.raises(InputError) as caught:
        DataSet(**(good | changes))  # type: ignore[arg-type]  # what is wrong is meant to be
    assert words in str(caught.value)
