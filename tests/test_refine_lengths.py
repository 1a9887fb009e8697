"""Scattering lengths and form factors against tables."""

import numpy as np
import pytest
from published_zif import DEUTERIUM

from carvsdb.errors import InputError
from carvsdb_refine.scattering import form_factors, scattering_lengths


def test_lengths() -> None:
    species = ("C", "H", "N", "Zn")
    assert scattering_lengths(species, DEUTERIUM) == pytest.approx([6.646, 5.973, 9.36, 5.68], abs=5e-4)
    assert scattering_lengths(("H",)) == pytest.approx([-3.7390], abs=5e-5)
    assert scattering_lengths(("D", "H"), 1.0) == pytest.approx([6.671, 6.671])
    assert scattering_lengths(("H", "Zn"), given={"H": 1.0, "Zn": 2.0}).tolist() == [1.0, 2.0]
    assert scattering_lengths(("Ge",)) == pytest.approx([8.185], abs=1e-3)
    with pytest.raises(InputError, match="deuterium fraction must be from 0 to 1"):
        scattering_lengths(species, 93.3)
    with pytest.raises(InputError, match="Og has no tabulated"):
        scattering_lengths(("Og",))


def test_form_factors() -> None:
    numbers = {"H": 1, "C": 6, "N": 7, "O": 8, "Si": 14, "Zn": 30}
    species = tuple(numbers)
    q = np.linspace(0, 20, 50)
    for table in ("waasmaier-kirfel", "cromer-mann"):
        factors = form_factors(species, q, table)
        assert factors[:, 0] == pytest.approx(list(numbers.values()), abs=0.02)
        assert (np.diff(factors[:, :20], axis=1) < 0).all()
    both = [form_factors(species, q, table) for table in ("waasmaier-kirfel", "cromer-mann")]
    assert both[0] == pytest.approx(both[1], abs=0.03)
    assert np.array_equal(form_factors(("D",), q), form_factors(("H",), q))
    with pytest.raises(InputError, match=r"reach Q = 25\.1 Å⁻¹, got 30\.0"):
        form_factors(species, np.array([30.0]), "cromer-mann")
    with pytest.raises(InputError, match="no table of form factors"):
        form_factors(species, q, "thomson")
    for table in ("waasmaier-kirfel", "cromer-mann"):
        with pytest.raises(InputError, match="Og has no"):
            form_factors(("Og",), q, table)


@pytest.mark.parametrize("element", ["C", "N", "O", "Si", "Zn"])
def test_lengths_agree_with_another_table(element: str) -> None:
    # Tables differ in the last digits, as measurements were evaluated again.
    import periodictable

    other = periodictable.elements.symbol(element).neutron.b_c
    assert scattering_lengths((element,))[0] == pytest.approx(other, abs=0.005)
