"""The examples that come with the package: they can be copied out, and do what they say."""

import re
from pathlib import Path

import pytest
from program import carvsdb

from carvsdb_refine.active_learning import read_learn_config
from carvsdb_refine.examples import EXAMPLES, copy_example
from carvsdb_refine.run import read_config

PAGES = Path(__file__).parents[1] / "docs"


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_they_are_listed_and_copied_out(empty: Path) -> None:
    listed = carvsdb("refine", "examples", "--json").json
    assert [one["name"] for one in listed] == [one.name for one in EXAMPLES]
    for one in listed:
        done = carvsdb("refine", "examples", one["name"])
        assert done.out.split() == [str(Path(one["name"]) / name) for name in one["files"]]
        assert all(Path(line).stat().st_size for line in done.out.split())
    (empty / "glass" / "start.xyz").write_text("mine")
    (empty / "glass" / "labels.toml").unlink()
    refused = carvsdb("refine", "examples", "glass")
    assert refused.code == 7
    assert "exists already; choose a new name, or replace it with --force" in refused.err
    assert (empty / "glass" / "start.xyz").read_text() == "mine"
    assert not (empty / "glass" / "labels.toml").exists()
    assert carvsdb("refine", "examples", "glass", "--force").code == 0
    assert (empty / "glass" / "start.xyz").read_text() != "mine"
    (empty / "taken").write_text("a file")
    refused = carvsdb("refine", "examples", "glass", "-o", "taken")
    assert (refused.code, "taken: exists already" in refused.err) == (7, True)
    assert carvsdb("refine", "examples", "steel").code == 4
    assert carvsdb("refine", "examples", "-o", "here").code == 2


def test_the_glass_is_scored_as_the_tutorial_says() -> None:
    carvsdb("refine", "examples", "glass", "-o", "here")
    done = carvsdb("refine", "score", "here/glass.toml").out.splitlines()
    page = (PAGES / "tutorial-refining.md").read_text(encoding="utf-8")
    shown = page.partition("$ carvsdb refine score glass.toml\n")[2].splitlines()
    assert done[0] == f"here/{shown[0]}"
    assert done[1] == shown[1]
    assert done[2].startswith(shown[2].removesuffix("..."))
    config = re.search('title="glass.toml"\n(.*?)```', page, re.DOTALL)
    assert config is not None
    assert Path("here/glass.toml").read_text(encoding="utf-8").endswith(config[1])


def test_the_configs_are_read(empty: Path) -> None:
    for one in EXAMPLES:
        copy_example(one.name, empty)
    assert read_config(empty / "a-zif.toml").config.potential is not None
    assert read_learn_config(empty / "silica.toml").config.learn.iterations > 2
    learns = read_learn_config(empty / "silicon.toml").config
    assert [str(one.file) for one in learns.data] == ["neutron.csv"]
    refused = carvsdb("refine", "run", "silicon.toml")
    assert refused.code == 3
    assert "this config is one of `carvsdb refine learn`" in refused.err
    page = (PAGES / "active-learning.md").read_text(encoding="utf-8")
    assert (empty / "silicon.toml").read_text(encoding="utf-8").partition("\n")[2] in page
