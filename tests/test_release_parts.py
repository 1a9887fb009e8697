"""What a release holds beside its tables: the explorer, the neighbours, the config of an OPTIMADE API."""

import gzip
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from catalogue_entries import RCSR, chain_entry, library_entry
from program import carvsdb
from release_cards import NETS, card_of, sealed

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.cli.release import page_maker
from carvsdb.errors import InputError, RefusedError, VerificationError
from carvsdb.explorer import same_page
from carvsdb.explorer.packing import packed
from carvsdb.releases import BuildOptions, build_release, verify_release

MAKER = page_maker()


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add([*NETS, library_entry("lon", source=RCSR, names=("lon",))])
        yield opened


@pytest.fixture(scope="module")
def built(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = card_of(title="Nets </script><script>alert(1)</script>")
    folder = tmp_path_factory.mktemp("built") / "release"
    return build_release(catalogue, card, folder, BuildOptions(page_maker=MAKER)).folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "release"))


def test_the_page_is_the_explorer_of_the_release(release: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    page = (release / "index.html").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page
    assert "`index.html`: The explorer" in (release / "README.md").read_text(encoding="utf-8")
    verify_release(release, page_maker=MAKER)
    again = build_release(
        catalogue,
        card_of(title="Nets </script><script>alert(1)</script>"),
        tmp_path / "again",
        BuildOptions(page_maker=MAKER),
    ).folder
    assert (again / "index.html").read_bytes() == (release / "index.html").read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page.replace("</body>", "<script>alert(1)</script></body>"),
        lambda page: page.replace("default-src 'none'", "default-src *"),
        lambda page: page.replace('"n":4', '"n":3'),
        lambda page: page.replace(packed(page_block(page, "labels")), packed(page_block(page, "labels") + b" ")),
        lambda page: page.replace(packed(page_block(page, "map")), packed(b"\0" * 10**6)),
        lambda page: page.replace(packed(page_block(page, "map")), "AAAA"),
        lambda page: "",
    ],
)
def test_another_page_is_found(spoil: Callable[[str], str], release: Path) -> None:
    path = release / "index.html"
    page = path.read_text(encoding="utf-8")
    assert spoil(page) != page
    path.write_text(spoil(page), encoding="utf-8")
    with pytest.raises(VerificationError, match=r"index\.html: the SHA-256"):
        verify_release(release)
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"index\.html: does not show what the tables hold"):
        verify_release(release, page_maker=MAKER)


def page_block(page: str, name: str) -> bytes:
    """Return what a block of a page holds."""
    return gzip.decompress(b64decode(page.split(f'id="{name}">')[1].split("<")[0]))


def test_a_page_of_another_machine_is_the_same(release: Path, tmp_path: Path) -> None:
    """It rounds the last digit of a place, and packs, in its own way; a place elsewhere makes another page."""
    page = (release / "index.html").read_text(encoding="utf-8")
    content = page_block(page, "map")
    places = np.frombuffer(content[:32], "<f4")
    for moved, same in ((np.nextafter(places, np.float32(9)), True), (places + np.float32(0.01), False)):
        changed = moved.astype("<f4").tobytes() + content[32:]
        other = page.replace(packed(content), b64encode(gzip.compress(changed, 1, mtime=0)).decode())
        assert other != page
        (tmp_path / "other.html").write_text(other, encoding="utf-8")
        assert same_page(release / "index.html", tmp_path / "other.html") is same
    assert not same_page(release / "index.html", tmp_path / "none.html")


def test_pages_that_are_not_made(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing that makes one"):
        BuildOptions(page=True)
    none = build_release(catalogue, card_of(), tmp_path / "none", BuildOptions(page=False, page_maker=MAKER)).folder
    assert not (none / "index.html").exists()
    with Catalogue.in_memory() as chains:
        chains.add([chain_entry()])
        report = build_release(chains, card_of(), tmp_path / "chains", BuildOptions(page_maker=MAKER))
        assert report.notes == ("no index.html: there are no nets with rings to show",)
        verify_release(report.folder, page_maker=MAKER)
        with pytest.raises(RefusedError, match="no nets with rings"):
            build_release(chains, card_of(), tmp_path / "asked", BuildOptions(page=True, page_maker=MAKER))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chains", "none"]


def test_a_page_without_graphs(catalogue: Catalogue, tmp_path: Path) -> None:
    closed = {"collection": "RCSR", "licence": "CC-BY-4.0", "redistribution": "derived"}
    card = card_of(sources=[closed])
    folder = build_release(catalogue, card, tmp_path / "derived", BuildOptions(page_maker=MAKER)).folder
    assert (folder / "index.html").is_file()
    verify_release(folder, page_maker=MAKER)


def test_neighbours_are_the_nearest(release: Path, catalogue: Catalogue) -> None:
    rows = pq.read_table(release / "neighbours.parquet").to_pylist()
    labels = ["dia", "glass", "lon", "sod"]
    assert sorted({row["label"] for row in rows}) == labels  # a chain has no rings
    counts = {label: np.array(catalogue.show(label).description.carvs.vector) for label in labels}
    shares = {label: vector / vector.sum() for label, vector in counts.items()}
    for label in labels:
        own = [row for row in rows if row["label"] == label]
        expected = {
            other: np.linalg.norm(shares[label] - shares[other]) / np.sqrt(2) for other in labels if other != label
        }
        assert [row["rank"] for row in own] == [1, 2, 3]
        assert {row["neighbour"]: row["distance"] for row in own} == pytest.approx(expected, abs=1e-6)
        assert [row["distance"] for row in own] == sorted(row["distance"] for row in own)
        assert all((row["noise"] is None) == ("glass" not in (label, row["neighbour"])) for row in own)


def edited(table: pa.Table, column: str, value: object) -> pa.Table:
    values = table[column].to_pylist()
    values[0] = value
    place = table.column_names.index(column)
    return table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda table: table.slice(1), "11 rows, but the tables have 12"),
        (lambda table: table.drop_columns(["noise"]), "its columns are not"),
        (lambda table: edited(table, "label", "x"), "its nets are not"),
        (lambda table: edited(table, "distance", 0.5), "its distances are not"),
        (lambda table: edited(table, "neighbour_id", "x"), "is not at that distance"),
        (lambda table: edited(table, "neighbour", "x"), "names or noises"),
        (lambda table: edited(table, "noise", 0.5), "names or noises"),
    ],
)
def test_other_neighbours_are_found(spoil: Callable[[pa.Table], pa.Table], sentence: str, release: Path) -> None:
    path = release / "neighbours.parquet"
    pq.write_table(spoil(pq.read_table(path)), path)
    sealed(release)
    with pytest.raises(VerificationError, match=rf"neighbours\.parquet: .*{sentence}"):
        verify_release(release)


def test_no_other_parts(release: Path) -> None:
    manifest = release / "release.json"
    (release / "run.exe").write_text("x")
    manifest.write_text(manifest.read_text().replace('"parts": [', '"parts": ["run.exe",'))
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"release\.json: no release has the part 'run\.exe'"):
        verify_release(release)


def test_the_config_of_optimade_maker(release: Path) -> None:
    path = release / "optimade.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert config["config_version"] == "0.1.0"
    assert config["entries"] == {"jsonl_path": "optimade.jsonl"}
    path.write_text(path.read_text(encoding="utf-8").replace("optimade.jsonl", "../other.jsonl"), encoding="utf-8")
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"optimade\.yaml: does not say"):
        verify_release(release)


def test_the_commands(catalogue: Catalogue, built: Path, tmp_path: Path) -> None:
    db = built / "catalogue.duckdb"
    card = tmp_path / "card.yaml"
    shutil.copy(built / "card.yaml", card)
    for options, there in (((), True), (("--no-page", "--no-neighbours"), False)):
        folder = tmp_path / f"release-{there}"
        done = carvsdb("release", "build", "--db", db, "--card", card, "-o", folder, *options)
        assert done.code == 0, done.err
        assert (folder / "index.html").exists() is (folder / "neighbours.parquet").exists() is there
        assert carvsdb("release", "verify", folder, "--sample", "1").code == 0
