"""Publishing a release: prepared, uploaded to a server that stands in for Zenodo, and what goes wrong on the way."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from program import Outcome, carvsdb
from release_cards import NETS, card_of
from zenodo_stand_in import TOKEN, StandIn, stand_in

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import InputError, RefusedError, VerificationError
from carvsdb.releases import BuildOptions, build_release, publishing
from carvsdb.releases.publishing import SANDBOX, ZENODO, Archive, Prepared, Service, prepare, token_of, upload


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Catalogue.in_memory() as catalogue:
        catalogue.add(NETS)
        card = card_of(
            title="Nets & rings",
            limits=["No <b>bold</b> claims."],
            previous={"version": "2026.10", "doi": "10.5281/zenodo.1"},
            url="https://example.org/nets",
        )
        options = BuildOptions(database=False, nets=False)
        return build_release(catalogue, card, tmp_path_factory.mktemp("releases") / "nets-2026.11", options).folder


@pytest.fixture(scope="module")
def prepared(release: Path) -> Prepared:
    return prepare(release)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as state:
        yield state


WAITED: list[float] = []


def service(server: StandIn, token: str = TOKEN, timeout: float = 20) -> Service:
    WAITED.clear()
    return Service(Archive("zenodo.test", f"{server.address}/api", "ZENODO_TOKEN"), token, timeout, WAITED.append)


def test_metadata(prepared: Prepared) -> None:
    about = prepared.metadata
    assert about["upload_type"] == "dataset"
    assert about["title"] == "Nets & rings"
    assert about["creators"] == [
        {"name": "Zimmer, Åsa", "orcid": "0000-0002-1825-0097"},
        {"name": "The carvsdb developers"},
    ]
    assert (about["license"], about["version"], about["publication_date"]) == ("cc-by-4.0", "2026.11", "2026-11-01")
    assert {(one["relation"], one["identifier"]) for one in about["related_identifiers"]} == {
        ("isDerivedFrom", "10.1021/ar800124u"),
        ("isNewVersionOf", "10.5281/zenodo.1"),
        ("isDescribedBy", "https://example.org/nets"),
    }
    assert "<li>No &lt;b&gt;bold&lt;/b&gt; claims.</li>" in about["description"]
    assert about["prereserve_doi"] is True
    assert "doi" not in about  # that of the citation may be a paper's


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC0-1.0", "cc0-1.0"),
        ("CC0-1.0 AND MIT", "other-open"),
        ("CC-BY-ND-4.0", "cc-by-nd-4.0"),
        ("MIT AND LicenseRef-own", "other-closed"),
    ],
)
def test_licences(licence: str, said: str) -> None:
    from carvsdb.releases.publishing.metadata import _licence

    assert _licence(licence) == said


def test_files_have_their_checksums(prepared: Prepared, release: Path) -> None:
    listed = checksums.read(release)
    assert {file.name for file in prepared.files} == {*listed, "SHA256SUMS"}
    assert all(file.sha256 == listed.get(file.name, file.sha256) for file in prepared.files)
    assert prepared.size == sum(path.stat().st_size for path in release.iterdir())


def test_a_draft_holds_the_release(server: StandIn, prepared: Prepared, release: Path) -> None:
    told: list[str] = []
    report = upload(prepared, service(server), tell=told.append)
    assert (report.number, report.address) == (42, f"{server.address}/deposit/42")
    assert (report.doi, report.uploaded, report.kept) == ("10.5281/zenodo.42", len(prepared.files), 0)
    assert {name: content for name, content in server.files.items()} == {
        path.name: path.read_bytes() for path in release.iterdir()
    }
    assert server.drafts[42]["metadata"] == prepared.metadata
    assert told[0] == f"a draft was made: {server.address}/deposit/42"
    assert not any("publish" in address for _, address in server.asked)
    assert set(server.tokens) == {f"Bearer {TOKEN}"}
    assert not any(TOKEN in address for _, address in server.asked)


def test_a_draft_is_taken_up(server: StandIn, prepared: Prepared) -> None:
    server.fail["PUT", "/net.parquet"] = [(500, {})] * 4
    with pytest.raises(RefusedError, match=r"zenodo\.test failed \(500\)") as failed:
        upload(prepared, service(server))
    assert failed.value.hint == f"the draft stands at {server.address}/deposit/42; go on with --draft 42"
    before = len(server.files)
    assert 0 < before < len(prepared.files)
    server.files["LICENSE"] = b"half"  # an upload that broke off
    report = upload(prepared, service(server), draft=42)
    assert (report.kept, report.uploaded) == (before - 1, len(prepared.files) - before + 1)
    assert len(server.drafts) == 1
    server.files["mine.txt"] = b"x"
    with pytest.raises(RefusedError, match=r"files that are not of this release: mine\.txt"):
        upload(prepared, service(server), draft=42)
    del server.files["mine.txt"]
    server.drafts[42]["submitted"] = True
    with pytest.raises(RefusedError, match="published already"):
        upload(prepared, service(server), draft=42)
    with pytest.raises(RefusedError, match=r"has no such draft \(404\): PID does not exist"):
        upload(prepared, service(server), draft=7)


@pytest.mark.parametrize(
    ("method", "part", "answers", "sentence"),
    [
        ("POST", "depositions", [(401, {})], r"does not know the token \(401\): no: Bearer \*\*\* \\x1b\[31m"),
        ("POST", "depositions", [(403, {})], r"needs the scope deposit:write \(403\)"),
        ("PUT", "depositions", [(400, {})], r"does not take what it was sent \(400\).*metadata\.title: bad"),
        ("PUT", "files", [(413, {})], r"says that the file is too large \(413\)"),
        ("POST", "depositions", [(429, {"Retry-After": "9999"})], r"says that it was asked too often \(429\)"),
        ("PUT", "files", [(429, {})] * 4, r"says that it was asked too often \(429\)"),
        ("POST", "depositions", [(500, {})], r"failed \(500\)"),
        ("PUT", "files", [(502, {})] * 4, r"failed \(502\)"),
        ("PUT", "files", [(1, {})] * 4, "cannot be reached"),
        (
            "POST",
            "depositions",
            [(302, {"Location": "https://evil.example/a"})],
            r"sends on to evil\.example \(302\)",
        ),
        ("PUT", "files", [(307, {"Location": "https://evil.example/x"})], r"sends on to evil\.example \(307\)"),
        ("PUT", "files", [(308, {})], r"sends on to another address \(308\)"),
        ("PUT", "files", [(418, {})], r"refuses this \(418\)"),
    ],
)
def test_what_goes_wrong(
    method: str, part: str, answers: list[Any], sentence: str, server: StandIn, prepared: Prepared
) -> None:
    server.fail[method, part] = list(answers)
    with pytest.raises(RefusedError, match=sentence) as failed:
        upload(prepared, service(server))
    assert TOKEN not in str(failed.value)
    assert failed.value.exit_code == 7
    assert ("draft stands at" in str(failed.value)) is (method == "PUT")
    assert len(server.drafts) <= 1


def test_what_passes_is_tried_again(server: StandIn, prepared: Prepared) -> None:
    server.fail["POST", "depositions"] = [(429, {"Retry-After": "3"})]
    server.fail["PUT", "/README.md"] = [(503, {}), (1, {})]
    assert upload(prepared, service(server)).uploaded == len(prepared.files)
    assert WAITED == [3, 2, 4]
    assert len(server.drafts) == 1


def test_a_silent_server(server: StandIn, prepared: Prepared) -> None:
    server.fail["POST", "depositions"] = [(0, {})]
    with pytest.raises(RefusedError, match="did not answer in time; a draft may have been made"):
        upload(prepared, service(server, timeout=0.2))
    assert WAITED == []


def test_nobody_listens(prepared: Prepared) -> None:
    with stand_in() as server:
        pass
    with pytest.raises(RefusedError, match=r"zenodo\.test cannot be reached"):
        upload(prepared, service(server))


def test_other_bytes_arrived(server: StandIn, prepared: Prepared) -> None:
    server.wrong_checksum.add("carvs.parquet")
    with pytest.raises(VerificationError, match=r"holds carvs\.parquet with the checksum 'md5:") as failed:
        upload(prepared, service(server))
    assert failed.value.exit_code == 8
    assert "go on with --draft 42" in str(failed.value)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"<html>", "no JSON"), (b"[]", "does not answer as"), (b'{"id": "x"}', "does not answer as"),
     (b'{"id": 1}', "does not say where the files"), (b'{"id": 1, "links": {"bucket": 5}}', "does not say where")],
)  # fmt: skip
def test_no_zenodo(body: bytes, sentence: str, server: StandIn, prepared: Prepared) -> None:
    server.body = body
    with pytest.raises(RefusedError, match=sentence):
        upload(prepared, service(server))


def test_the_token_goes_to_its_host_alone(server: StandIn, prepared: Prepared) -> None:
    with stand_in() as evil:
        server.bucket = f"{evil.address}/api/files/b1"
        with pytest.raises(RefusedError, match="names an address of another host"):
            upload(prepared, service(server))
        assert evil.tokens == []
    assert TOKEN not in repr(service(server))


def test_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZENODO_TOKEN", raising=False)
    assert token_of(ZENODO) is None
    monkeypatch.setenv("ZENODO_TOKEN", f" {TOKEN}\n")
    assert token_of(ZENODO) == TOKEN
    assert token_of(SANDBOX) is None
    for bad in ("a b", "a\nb", "ä"):
        monkeypatch.setenv("ZENODO_TOKEN", bad)
        with pytest.raises(InputError, match="ZENODO_TOKEN holds no token") as failed:
            token_of(ZENODO)
        assert bad not in str(failed.value)


def test_more_than_a_record_may_hold(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carvsdb.releases.publishing.deposit.MOST_FILES", 3)
    with pytest.raises(RefusedError, match="a record may have 3 files"):
        prepare(release)


# The command.


@pytest.fixture
def here(tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with a sandbox that is the server."""
    monkeypatch.chdir(tmp_path)
    archive = Archive("sandbox.test", f"{server.address}/api", "ZENODO_SANDBOX_TOKEN")
    monkeypatch.setattr(publishing, "SANDBOX", archive)
    monkeypatch.delenv("ZENODO_SANDBOX_TOKEN", raising=False)
    return tmp_path


def publish(release: Path, *options: str) -> Outcome:
    done = carvsdb("release", "publish", release, "--zenodo", "--sandbox", *options)
    assert TOKEN not in done.out + done.err
    return done


def test_without_a_token_it_is_prepared(here: Path, release: Path, server: StandIn) -> None:
    done = publish(release)
    assert done.code == 0
    assert done.err == "ZENODO_SANDBOX_TOKEN holds no token, so nothing was sent\n"
    content = json.loads((here / "nets-2026.11.zenodo.json").read_text(encoding="utf-8"))
    assert content["deposit"] == f"{server.address}/api/deposit/depositions"
    assert content["metadata"]["version"] == "2026.11"
    assert {"name", "size", "md5", "sha256"} == set(content["files"][0])
    assert server.asked == []


def test_preparing_alone_needs_no_token(
    here: Path, release: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENODO_SANDBOX_TOKEN", TOKEN)
    done = publish(release, "--prepare-only", "-o", "mine.json", "--json")
    assert done.json["prepared"] == "mine.json"
    assert [path.name for path in here.iterdir()] == ["mine.json"]
    assert server.asked == []


def test_it_is_confirmed_and_uploaded(
    here: Path, release: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENODO_SANDBOX_TOKEN", TOKEN)
    done = publish(release)
    assert done.code == 7  # nobody is there to be asked
    assert "give --yes" in done.err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert publish(release).code == 7
    assert server.asked == []
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    done = publish(release)
    assert done.code == 0
    assert f"{server.address}/deposit/42: a draft with " in done.out
    assert "reserved DOI 10.5281/zenodo.42" in done.out
    done = publish(release, "--yes", "--draft", "42", "--json")
    assert done.json["draft"]["uploaded"] == 0
    assert done.json["draft"]["number"] == 42


def test_a_wrong_token(here: Path, release: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENODO_SANDBOX_TOKEN", "another")
    done = carvsdb("release", "publish", release, "--zenodo", "--sandbox", "--yes", "--json")
    assert done.code == 7
    assert done.json["error"]["message"] == "sandbox.test does not know the token (401): Unauthorized"


def test_a_release_that_is_not_in_order_stays_here(
    here: Path, release: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENODO_SANDBOX_TOKEN", TOKEN)
    spoiled = Path(shutil.copytree(release, here / "spoiled"))
    (spoiled / "LICENSE").write_text("mine")
    assert publish(spoiled, "--yes").code == 8
    assert publish(here / "none", "--yes").code == 4
    assert carvsdb("release", "publish", release).code == 2
    assert server.asked == []
