"""One iteration of a loop on a ZIF, with labels by GFN1-xTB (extra `xtb`)."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.labels import read_frames
from carvsdb_refine.run import calculate_scattering

CONFIG = """
[start]
model = "zif.xyz"
[[data]]
kind = "xray"
file = "data.txt"
function = "F(Q)"
sigma = 0.1
beyond_box = "nothing"
[constraints]
hard_spheres = {"Zn-N" = 1.5, "C-C" = 1.1, "C-N" = 1.0, "C-H" = 0.8}
[moves]
translation = 0.05
[run]
temperature = 300
moves = 60
trace_every = 20
[learn]
iterations = 1
functions = 12
cutoff = 4.0
select = 1.0
most_added = 1
held_out = 0.0
[[learn.initial]]
kind = "crystal"
file = "zif.xyz"
number = 2
shaken = [0.02, 0.06]
strain = 0.01
[labels]
processes = 1
time_limit = 1200.0
[labels.method]
kind = "ase"
calculator = "tblite.ase:TBLite"
method = "GFN1-xTB"
verbosity = 0
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("tblite") is None, reason="labels by GFN1-xTB need the extra xtb: tblite")
def test_an_iteration_on_a_zif_with_labels_by_xtb(shared: Path, tmp_path: Path) -> None:
    crystal = read_model(shared / "data/cells/zif-sod-204.xyz")
    model = AtomicModel(crystal.elements, crystal.positions, crystal.cell)
    write_model(model, tmp_path / "zif.xyz")
    np.savetxt(tmp_path / "data.txt", np.array(list(calculate_scattering(model, kind="xray").columns.values())).T)
    config = tmp_path / "zif.toml"
    config.write_text(CONFIG)
    done = carvsdb("refine", "learn", config, "--allow-calculator", "tblite.ase:TBLite", "--json")
    assert done.code in (0, 8), done.err
    (row,) = done.json["iterations"]
    print(done.err, row)
    assert row["frames"] == 2
    assert (row["added"], row["failed"]) == ((0, 0) if row["converged"] else (1, 0))
    frames = read_frames(tmp_path / "zif/frames.xyz")
    assert {len(frame.model.elements) for frame in frames} == {204}
    # Forces of a periodic structure add up to nothing, and a structure shaken more has more energy.
    for frame in frames:
        np.testing.assert_allclose(frame.forces.sum(axis=0), 0, atol=0.02)
    assert frames[1].energy > frames[0].energy
