"""The TOML file of a refinement: what it may say, and what is said when it is wrong."""

import doctest
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from carvsdb.errors import InputError
from carvsdb_refine.run import config_file, read_config
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


ACE = 'kind = "ace"\nfile = "zif-ace-24.yace"'
LJ = 'kind = "lennard-jones"\npairs = {"Ar-Ar" = {epsilon = 1.0, sigma = 3.4}}\ncutoff = 8.0\n'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seed = 1", "sed = 1", "[run] has no key 'sed'; did you mean 'seed'?"),
        ("seed = 1", "snapshots_every = 1", "[run] has no key 'snapshots_every'; it belongs to [outputs]"),
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
        (ACE, 'kind = "lenard-jones"', "[potential], 'kind': expected 'ace' or 'lennard-jones' or 'morse' or"),
        (ACE, "", "[potential] needs the key 'kind'"),
        (ACE, 'kind = "ace"', "[potential] needs the key 'file'"),
        (ACE, 'kind = "ace"\nfile = "a.yace"\nfiel = 1', "[potential] has no key 'fiel'; did you mean 'file'?"),
        (ACE, 'kind = "lennard-jones"\ncutoff = 8.0', "[potential] needs the key 'pairs'"),
        (ACE, LJ.replace("cutoff = 8.0", ""), "[potential] needs the key 'cutoff'"),
        (ACE, LJ.replace(", sigma = 3.4", ""), "[potential], 'pairs.Ar-Ar' needs the key 'sigma'"),
        (ACE, LJ.replace("Ar-Ar", "ArAr"), "'pairs.ArAr': expected a pair of elements such as Si-O, got 'ArAr'"),
        (ACE, LJ.replace("3.4", "-3.4"), "[potential], 'pairs.Ar-Ar.sigma': expected a number above 0, got -3.4"),
        (ACE, LJ.replace("sigma", "b = 1, sigma"), "has no key 'b'; it has epsilon, sigma"),
        (ACE, LJ + "shifted = 1", "[potential], 'shifted': expected true or false, got 1"),
        (ACE, 'kind = "stillinger-weber"\nset = "Ge"', "[potential], 'set': expected 'Si', got 'Ge'"),
        (ACE, 'kind = "tersoff"\nsets = "Si(C)"', "[potential] has no key 'sets'; did you mean 'set'?"),
        (ACE, 'kind = "keating"\nbond_length = "long"', "[potential], 'bond_length': expected a number, got 'long'"),
        (ACE, 'kind = "ase"', "[potential] needs the key 'calculator'"),
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
    config = RefinementConfig.model_validate(tomllib.loads('start.model = "a.xyz"\npotential.kind = "tersoff"'))
    assert config.run.chi2_factor == 1.0
    assert config.start.molecules == "none"
    assert config.data == []


DOCS = Path(__file__).resolve().parents[1] / "docs" / "refine.md"


def test_the_documented_file_is_one() -> None:
    text = DOCS.read_text(encoding="utf-8")
    block = next(block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[start]" in block)
    config = RefinementConfig.model_validate(tomllib.loads(block))
    assert len(config.data) == 2


def test_the_documented_python_runs() -> None:
    result = doctest.testfile(str(DOCS), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_every_key_is_documented() -> None:
    pages = ("refine.md", "potentials.md", "active-learning.md")
    text = "".join(DOCS.with_name(page).read_text(encoding="utf-8") for page in pages)
    models = list(models_within(RefinementConfig))
    assert len(models) > 15
    for key in {key for model in models for key in model.model_fields}:
        assert re.search(rf"\b{key}\b", text), f"no page says what {key} is"


def models_within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_within(field.annotation)
    for part in get_args(annotation):
        yield from models_within(part)


@given(data=st.data())
def test_damage_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    stages = "[[run.schedule]]\ntemperature = 5\nmoves = 3\n"
    angles = "[[constraints.angles]]\ntriple = 'O-Si-O'\ncutoff = 2\n"
    text = GOOD.replace("temperature = 300\nmoves = 100000\n", "") + stages + angles
    pieces = ["", "0", "-", "nan", "1" * 20, "\n", "[", "]]", '"', "=", "{}", "[1, 2]", "true", "é", "inf", "[[data]]"]
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(pieces)) + text[end:]
    path.write_text(text, encoding="utf-8")
    sentence = str(path)
    try:
        read_config(path)
    except InputError as error:
        sentence = str(error)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence


@given(
    table=st.sampled_from(["start", "data", "potential", "constraints", "moves", "run", "outputs"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
    key=st.sampled_from(["model", "types", "scale", "hard_spheres", "schedule", "broadening", "angles", "colour"]),
)
def test_any_value_anywhere_is_refused_in_one_sentence(table: str, value: object, key: str) -> None:
    content = tomllib.loads(GOOD)
    place = content[table][0] if table == "data" else content.setdefault(table, {})
    place[key] = value
    sentence = table
    try:
        RefinementConfig.model_validate(content)
    except ValidationError as error:
        sentence = config_file._sentence(error, content, RefinementConfig)
    assert "\n" not in sentence
    assert table in sentence or "a refinement" in sentence
