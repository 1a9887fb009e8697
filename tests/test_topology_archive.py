"""The archive that comes with carvsdb."""

import subprocess
import sys
import time

import numpy as np
import pytest
from test_topology import dressed

from carvsdb.errors import InputError, NotFoundError
from carvsdb.net import library
from carvsdb.topology import Archive, identify, key_of
from carvsdb.topology.archive import shipped, write_line
from carvsdb.topology.keys import read_key

COINCIDENT = [
    ("ast-a", "ats-a"),
    ("bph", "raa", "raf"),
    ("cal-d", "cua-d"),
    ("cuz", "eye"),
    ("fff-a", "tfy-a"),
    ("ftw", "mhq"),
    ("ftw-t", "twf-t"),
    ("nia-a-d", "nia-d-a"),
    ("pry", "pyr"),
    ("rab", "rag"),
    ("sod", "sod-b", "SOD"),
]
LAYERS = ("cem", "fes", "fsz", "fxt", "hca", "hcb", "htb", "hxl", "kgd", "kgm", "sql", "tts")


def test_contents() -> None:
    archive = shipped()
    assert (len(archive), len(archive.names())) == (3254, 3332)
    names = [archive.names_of(key) for key in archive]
    assert sorted(some for some in names if sum(not name.isupper() for name in some) > 1) == COINCIDENT
    zeolites = [name for name in archive.names() if name.isupper()]
    assert len(zeolites) == 288
    assert archive.key_of("ABW") == archive.key_of("sra")
    assert sum(read_key(key)[0] == 2 for key in archive) == 200
    assert not any(name in archive for name in ("lcw_component_3", "test-", "dnadnj-a", "ftee-a"))
    assert all(read_key(archive.key_of(name))[0] == 2 for name in LAYERS)


def test_library_nets_have_their_names() -> None:
    for name in library.names():
        assert name in identify(library.load(name)).names


def test_entries_know_symbols_and_sequences() -> None:
    sod = shipped().entry("sod")
    assert (sod.names, sod.vertex_symbols, sod.td10) == (("sod", "sod-b", "SOD"), ("[4.4.6.6.6.6]",), 791.0)
    assert sod.coordination_sequences == ((4, 10, 20, 34, 52, 74, 100, 130, 164, 202),)
    assert write_line(sod).split("\t")[0] == "sod sod-b SOD"


def test_keys_of_shipped_nets_are_found_again() -> None:
    archive = shipped()
    generator = np.random.default_rng(20)
    chosen = [name for name in generator.permutation(archive.names()) if len(archive.key_of(str(name))) < 4000][:150]
    for name in [*map(str, chosen), "sxt", "llw-z"]:
        net = archive.get(name)
        dimension = read_key(archive.key_of(name))[0]
        other = dressed(net, dimension, generator, enlarged=net.n_vertices < 60)
        assert key_of(other) == archive.key_of(name), name


def test_names_can_be_added_to_a_copy() -> None:
    archive = Archive.load_default()
    archive.add("my-net", library.load("sra"))
    archive.add("my-net", library.load("sra"))
    assert archive.names_of(key_of(library.load("sra"))) == ("my-net", "sra", "ABW")
    assert identify(library.load("sra"), archive).name == "my-net, sra, ABW"
    assert identify(library.load("sra")).name == "sra, ABW"
    with pytest.raises(InputError, match="belongs to one net"):
        archive.add("ABW", library.load("dia"))


def test_missing_names_and_search() -> None:
    with pytest.raises(NotFoundError, match="no net called 'sodd'"):
        shipped().get("sodd")
    assert {"dia", "dia-a"} <= set(shipped().search("dia"))


def test_reading_is_late_and_fast() -> None:
    code = (
        "import sys, carvsdb.topology as t; from carvsdb.topology.archive import shipped;"
        "assert shipped.cache_info().currsize == 0; assert 'juliacall' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    shipped.cache_clear()
    began = time.process_time()
    shipped()
    assert time.process_time() - began < 0.5
