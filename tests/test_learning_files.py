"""A fit from files to files: all of its files, or none."""

from pathlib import Path
from typing import Any

import pytest
from labelled_frames import known_form, labelled

from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.fit_files import FitRequest, fit_files
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.potential import AcePotential

REQUEST = FitRequest(NewPotential(4.2, BasisLimits((3, 2, 2), (0, 1, 1), functions=8)), choose=False)
NAMES = ["si.asi", "si.posterior.npz", "si.yace", "si.yaml"]


def data_of(folder: Path) -> Path:
    lines = []
    for frame in labelled(AcePotential("known", known_form()), range(10)):
        assert frame.forces is not None
        cell = " ".join(f"{number:.12f}" for number in frame.cell.ravel())
        lines += ["6", f'Lattice="{cell}" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T" energy={frame.energy}']
        for symbol, *numbers in zip(frame.elements, *frame.positions.T, *frame.forces.T, strict=True):
            lines.append(" ".join([symbol, *(f"{number:.12f}" for number in numbers)]))
    path = folder / "data.xyz"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_interrupted_fit_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, output = data_of(tmp_path), tmp_path / "out" / "si.yaml"
    output.parent.mkdir()
    (output.parent / "si.yace").write_text("what was there")
    (output.parent / "si.yace").chmod(0o640)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("carvsdb_refine.learning.fit_files.write_posterior", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fit_files([data], output, REQUEST)
    assert [path.name for path in output.parent.iterdir()] == ["si.yace"]
    assert (output.parent / "si.yace").read_text() == "what was there"
    answer = fit_files([data], output, REQUEST)
    assert sorted(path.name for path in output.parent.iterdir()) == NAMES
    assert sorted(Path(file).name for file in answer.files) == NAMES
    assert (output.parent / "si.yace").stat().st_mode & 0o777 == 0o640
