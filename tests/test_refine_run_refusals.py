"""Refinements that cannot run: one sentence for what is wrong."""

from dataclasses import replace
from pathlib import Path

from program import carvsdb
from refine_folder import CONFIG, make_folder, silicon, with_element

from carvsdb_ingest.writers.models import write_model


def failing(config: Path, *words: str, command: str = "run", code: int = 3) -> None:
    done = carvsdb("refine", command, config, "--json")
    assert done.code == code
    assert done.json["error"]["code"] == code
    assert len(done.err.strip().splitlines()) == 1
    for word in words:
        assert word in done.err


def test_missing_files(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    (tmp_path / "neutron-sq.txt").unlink()
    failing(config, "neutron-sq.txt", "there is no such file")
    failing(tmp_path / "none.toml", "none.toml", "there is no such file", command="score")
    make_folder(tmp_path)
    (tmp_path / "start.xyz").unlink()
    failing(config, "start.xyz", "there is no such file")


def test_nan_in_data(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    path = tmp_path / "neutron-sq.txt"
    path.write_text(path.read_text().replace(path.read_text().splitlines()[4], "1.02 nan"))
    failing(config, "neutron-sq.txt:5", "number")


def test_wrong_units(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    path = tmp_path / "neutron-sq.txt"
    rows = [line.split() for line in path.read_text().splitlines()]
    path.write_text("".join(f"{10 * float(q)} {s}\n" for q, s in rows))
    failing(config, "looks like 1/nm, not 1/Å")
    config.write_text(CONFIG.replace("sigma = 0.05", 'sigma = 0.05\nq_unit = "1/nm"'))
    assert carvsdb("refine", "score", config).code == 0


def test_species_without_a_form_factor(tmp_path: Path) -> None:
    xray = 'kind = "xray"\nform_factors = "cromer-mann"'
    config = make_folder(tmp_path, CONFIG.replace('kind = "neutron"', xray))
    write_model(with_element(silicon(), "Fm"), tmp_path / "start.xyz")
    failing(config, "Fm has no Cromer-Mann form factor")


def test_potential_lacking_an_element(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    write_model(with_element(silicon(), "Ge"), tmp_path / "start.xyz")
    failing(config, "start.xyz", "has no element Ge")


def test_cell_smaller_than_twice_the_cut_off(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    write_model(silicon(cells=1), tmp_path / "start.xyz")
    failing(config, "start.xyz", "less than twice the cut-off")


def test_data_without_errors_cannot_be_refined(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("sigma = 0.05\n", ""))
    failing(config, "neutron-sq.txt", "a third column, or sigma")
    assert carvsdb("refine", "score", config, "--json").json["data"][0]["chi2"] is None


def test_unknown_potential(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("stillinger-weber", "stillinger"))
    failing(config, "si.toml", "got 'stillinger'", "stillinger-weber")


def test_a_format_that_cannot_hold_the_model_is_found_at_once(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("[outputs]", '[outputs]\nmodel = "last.data"'))
    turned = silicon()
    turned = replace(turned, positions=turned.positions[:, ::-1], cell=turned.cell[[1, 0, 2]])
    write_model(turned, tmp_path / "start.xyz")
    failing(config, "LAMMPS has no left-handed cells")
    assert not (tmp_path / "si").exists()


def test_molecules_that_are_not_there(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("[[data]]", 'molecules = "file"\n[[data]]', 1))
    failing(config, "start.xyz", "has no molecules")
    config.write_text(CONFIG.replace("[[data]]", 'molecules = "bonds"\nbonds = {"Si-Si" = 2.6}\n[[data]]', 1))
    failing(config, "start.xyz", "64 atoms are held together by bonds without an end")
