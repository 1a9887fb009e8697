"""The TOML file of a refinement: what it may say, and what is said when it is wrong."""

import tomllib
from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb_refine.run import read_config
from carvsdb_schemas.refinement import RefinementConfig

GOOD = """
[start]
model = "m1.data"
types = {1 = "C", 2 = "H", 3 = "N", 4 = "Zn"}
molecules = "file"

[[data]]
kind = "neutron"
file = "neutron-fq.txt"
function = "F(Q)"
deuterium = 0.933
sigma = 0.01
scale = "fixed"

[[data]]
kind = "xray"
file = "xray-fq.txt"
sigma = 0.01
scale = "free"
form_factors = "cromer-mann"

[potential]
kind = "ace"
file = "zif-ace-24.yace"

[constraints]
hard_spheres = {"Zn-N" = 1.7, "Zn-Zn" = 3.0, "H-H" = 1.5}

[moves]
translation = 0.1
rotation = 5.0

[run]
chi2_factor = 1.0
temperature = 300
moves = 100000
seed = 1
"""


def test_the_file_of_the_documentation(tmp_path: Path) -> None:
    path = tmp_path / "m1.toml"
    path.write_text(GOOD)
    file = read_config(path)
    config = file.config
    assert config.start.types == {"1": "C", "2": "H", "3": "N", "4": "Zn"}
    assert [data.kind for data in config.data] == ["neutron", "xray"]
    assert config.data[0].deuterium == 0.933
    assert config.constraints.hard_spheres["Zn-N"] == 1.7
    assert (config.run.temperature, config.run.moves, config.run.seed) == (300, 100_000, 1)
    assert file.resolve("a/b.txt") == tmp_path / "a" / "b.txt"
    assert file.outputs == tmp_path / "m1"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seed = 1", "sed = 1", "[run] has no key 'sed'; did you mean 'seed'?"),
        ("[moves]", "[movs]", "a refinement has no key 'movs'; did you mean 'moves'?"),
        ("sigma = 0.01", "sigma = -1", "[[data]] 1, 'sigma': expected a number above 0, got -1"),
        ("sigma = 0.01", 'sigma = "a"', "[[data]] 1, 'sigma': expected a number, got 'a'"),
        ("sigma = 0.01", "sigma = nan", "[[data]] 1, 'sigma': expected a finite number, got nan"),
        ('scale = "fixed"', 'scale = "fit"', "[[data]] 1, 'scale': expected 'fixed' or 'free' or a number, got 'fit'"),
        ('scale = "free"', "scale_bounds = [2, 1]", "[[data]] 2: scale_bounds must ascend, got [2, 1]"),
        ('scale = "free"', "fit_range = [2]", "[[data]] 2, 'fit_range': expected a list of 2, got [2]"),
        ("model =", "mdl =", "[start] needs the key 'model'"),
        ('kind = "neutron"\n', "", "[[data]] 1 needs the key 'kind'"),
        ('"Zn-N" = 1.7', '"ZnN" = 1.7', "'hard_spheres.ZnN': expected a pair of elements such as Si-O, got 'ZnN'"),
        ('"Zn-N" = 1.7', '"Zn-N" = "x"', "[constraints], 'hard_spheres.Zn-N': expected a number, got 'x'"),
        ('1 = "C"', 'C = "C"', "[start], 'types.C': expected a number such as 1, got 'C'"),
        ('kind = "neutron"', 'kind = "electron"', "[[data]] 1, 'kind': expected 'neutron' or 'xray', got 'electron'"),
        ("seed = 1", "seed = 1.5", "[run], 'seed': expected a whole number, got 1.5"),
        ("seed = 1", "seed = true", "[run], 'seed': expected a whole number, got True"),
        ("seed = 1", "seed = ", "is no TOML: invalid value (at line 37, column 8)"),
        ("[start]", "[[start]]", "[start]: expected a table, got ["),
        ("deuterium = 0.933", 'form_factors = "cromer-mann"', "neutron data take no form_factors"),
        ('scale = "free"', "deuterium = 1.0", "[[data]] 2: X-ray data take no deuterium"),
        ('scale = "free"', 'window = "lorch"', "[[data]] 2: a window needs beyond_box = 'window', got 'cut'"),
        ('scale = "free"', "q_max = 20", "[[data]] 2: q_max belongs to functions of r, got function = 'F(Q)'"),
        (
            "seed = 1",
            "[[run.schedule]]\ntemperature = -1\nmoves = 10",
            "[[run.schedule]] 1, 'temperature': expected a number of at least 0, got -1",
        ),
        ("seed = 1", "[[run.schedule]]\ntemperature = 1\nmoves = 10", "[run]: schedule stands in place of"),
    ],
)
def test_one_sentence_for_what_is_wrong(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = tmp_path / "bad.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_config(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert sentence in text
    assert "\n" not in text


def test_a_run_needs_an_aim(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[start]\nmodel = "m1.data"\n')
    with pytest.raises(InputError, match="neither data nor a potential"):
        read_config(path)


def test_missing_config(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_config(tmp_path / "none.toml")


def test_defaults_are_those_of_the_design() -> None:
    config = RefinementConfig.model_validate(tomllib.loads('start.model = "a.xyz"\npotential.kind = "ace"'))
    assert config.run.chi2_factor == 1.0
    assert config.start.molecules == "none"
    assert config.data == []
