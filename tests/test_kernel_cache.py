"""Machine code on disk: where it is kept, whom it is taken from, and life without it."""

import ast
import logging
import os
import subprocess
import sys
import sysconfig
import textwrap
import warnings
from pathlib import Path

import pytest
import typer

import carvsdb
import carvsdb_ingest
import carvsdb_refine
from carvsdb import kernel_cache
from carvsdb.cli.compiling import tell_of_compiling
from carvsdb.errors import CarvsdbWarning

posix = pytest.mark.skipif(os.name == "nt", reason="Windows gives each user folders of his own")
SOURCES = Path(carvsdb.__file__).parent


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of sources, with nothing named in the environment."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("CARVSDB_TOLD_OF_NO_KERNEL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home-cache"))
    kernel_cache.locate.cache_clear()
    kernel_cache.trusted.cache_clear()
    folder = tmp_path / "package"
    folder.mkdir(mode=0o755)
    return folder


def spoilt(folder: Path) -> None:
    """Put a file where the folder of machine code would be, which stops even root."""
    (folder / "__pycache__").write_text("")


def test_the_order_of_places(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel_cache.locate(sources) == sources / "__pycache__"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    kernel_cache.locate.cache_clear()
    named = kernel_cache.locate(sources)
    assert isinstance(named, Path)
    assert named.parent == tmp_path / "named"
    assert kernel_cache.locate(tmp_path) != named


def test_a_folder_that_was_just_made_is_trusted(sources: Path) -> None:
    assert kernel_cache.trusted(sources) == ()
    folder = kernel_cache.locate(sources)
    assert kernel_cache.trusted(sources) == (folder,)


@pytest.mark.parametrize(
    ("name", "text", "counts"),
    [
        ("rings.py", "from carvsdb.compiled import compiled", True),
        ("tables.py", "class Tables(NamedTuple): ...", True),
        ("kernel_entry.py", "", True),
        ("compiled.py", "", True),
        ("machine_code.py", "", True),
        ("readers.py", "class Reader: ...", False),
    ],
)
def test_what_machine_code_depends_on(name: str, text: str, counts: bool, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    before = kernel_cache._hash_of(tmp_path)
    kernel_cache._hash_of.cache_clear()
    file.write_text(f"{text}  # changed")
    assert (kernel_cache._hash_of(tmp_path) != before) == counts
    kernel_cache._hash_of.cache_clear()


@posix
def test_read_only_packages_fall_back_to_the_home(sources: Path, tmp_path: Path) -> None:
    spoilt(sources)
    found = kernel_cache.locate(sources)
    assert isinstance(found, Path)
    assert found.is_relative_to(tmp_path / "home-cache" / "carvsdb")
    assert found.stat().st_mode & 0o077 == 0


def test_without_any_place_it_is_said_once(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt(sources)
    monkeypatch.setattr(kernel_cache, "_user_caches", lambda: None)
    with pytest.warns(CarvsdbWarning, match=r"every run begins with compiling.*__pycache__.*set NUMBA_CACHE_DIR"):
        assert kernel_cache.kernel_cache(sources) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kernel_cache.kernel_cache(sources) is None
    assert os.environ["CARVSDB_TOLD_OF_NO_KERNEL_CACHE"] == "1"  # for the processes that this one starts


def test_a_user_without_a_home(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    spoilt(sources)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert isinstance(kernel_cache.locate(sources), str)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o757])
def test_what_others_can_write_is_not_trusted(sources: Path, mode: int) -> None:
    folder = sources / "__pycache__"
    folder.mkdir()
    folder.chmod(mode)
    assert "can be written by others" in str(kernel_cache.distrusted(folder, sources))
    assert kernel_cache.locate(sources) != folder


@posix
def test_who_can_change_the_sources_may_write_the_code(sources: Path) -> None:
    folder = sources / "__pycache__"
    folder.mkdir()
    for path in (sources, folder):
        path.chmod(0o775)
    assert kernel_cache.distrusted(folder, sources) is None
    folder.chmod(0o777)
    assert kernel_cache.distrusted(folder, sources) is not None


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_others_is_not_trusted(sources: Path) -> None:
    folder = sources / "__pycache__"
    folder.mkdir()
    (folder / "kernel.nbi").write_bytes(b"")
    assert kernel_cache.distrusted(folder, sources) is None
    os.chown(folder / "kernel.nbi", 12345, -1)
    assert kernel_cache.distrusted(folder, sources) == "holds files of another user"
    os.chown(folder, 12345, -1)
    assert kernel_cache.distrusted(folder, sources) == "belongs to another user"
    # Whoever owns the sources can run what he likes already.
    os.chown(sources, 12345, -1)
    assert kernel_cache.distrusted(folder, sources) is None


KERNEL = """
    import sys
    import warnings
    from pathlib import Path
    from carvsdb.compiled import compiled

    @compiled
    def twice(number: int) -> int:
        return 2 * number

    assert twice(21) == 42
    print("compiled" if "numba" in sys.modules else "kept")
"""


def run_kernel(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    program = folder / "kernel.py"
    if not program.exists():
        program.write_text(textwrap.dedent(KERNEL))
    keep = {name: text for name, text in os.environ.items() if name != "CARVSDB_TOLD_OF_NO_KERNEL_CACHE"}
    return subprocess.run(
        [sys.executable, str(program)], env=keep | environment, capture_output=True, text=True, check=False
    )


def test_kernels_are_kept_and_damage_is_mended(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for outcome in ("compiled", "kept"):
        done = run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache))
        assert (done.returncode, done.stdout.strip(), done.stderr) == (0, outcome, "")
    (file,) = cache.rglob("kernel.twice-*.kernel")
    whole = file.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(damaged)
        done = run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache))
        assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "compiled", "")
    # What changes the code: the source, and what numba is told.
    assert run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache), NUMBA_OPT="1").stdout.strip() == "compiled"
    assert run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache)).stdout.strip() == "compiled"
    assert run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache)).stdout.strip() == "kept"
    # What does not: how many threads it runs on. Workers of `ingest` have one, and share the code with `describe`.
    assert run_kernel(tmp_path, NUMBA_CACHE_DIR=str(cache), NUMBA_NUM_THREADS="1").stdout.strip() == "kept"


def test_code_in_a_folder_that_others_write_for_all_is_run(tmp_path: Path) -> None:
    assert run_kernel(tmp_path, NUMBA_CACHE_DIR="").stdout.strip() == "compiled"
    (file,) = tmp_path.rglob("kernel.twice-*.kernel")
    assert file.parent == tmp_path / "__pycache__"
    if os.name != "nt":
        assert oct(file.stat().st_mode | file.parent.stat().st_mode)[-2:] != "00"  # all who may read the sources
    program = tmp_path / "kernel.py"
    text = program.read_text()
    # Nothing can be written, as with the packages of an image; where something else is compiled, it is said.
    nowhere = "import carvsdb.kernel_cache; carvsdb.kernel_cache.locate = lambda sources: 'nowhere'"
    program.write_text(text.replace("import sys\n", f"import sys; {nowhere}\n", 1))
    done = run_kernel(tmp_path, NUMBA_CACHE_DIR="")
    assert done.stdout.strip() == "compiled"  # the source has changed
    assert "compiled code is not kept" in done.stderr
    other = [sys.executable, "-c", f"{nowhere}; import runpy; runpy.run_path({str(program)!r})"]
    program.write_text(text)
    again = subprocess.run(other, env=os.environ | {"NUMBA_CACHE_DIR": ""}, capture_output=True, text=True, check=False)
    assert (again.stdout, again.stderr) == ("kept\n", "")


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("", sysconfig.get_platform() == "linux-x86_64"),
        ("numba_version = lambda: '0.99.0'", False),
        ("is_possible = lambda: False", False),
        ("sysconfig.get_platform = lambda: 'macosx-14.0-arm64'", False),
    ],
)
def test_a_numba_a_python_or_a_system_that_was_not_tried_compiles_numbas_way(
    reason: str, ours: bool, tmp_path: Path
) -> None:
    program = """
        import sys
        from carvsdb import machine_code
        exec(sys.argv[1], vars(machine_code))
        from carvsdb.compiled import compiled, compiled_part

        @compiled_part
        def half(number):
            return number // 2

        @compiled
        def quarter(number):
            return half(half(number))

        print(quarter(44), quarter(number=8), "carvsdb.kernel_entry" in sys.modules)
    """
    file = tmp_path / "kernel.py"
    file.write_text(textwrap.dedent(program))
    for is_first in (True, False):  # compiled, and as it was kept
        done = subprocess.run([sys.executable, file, reason], capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (f"11 2 {ours and is_first}\n", "")


@posix
def test_what_only_numba_can_run_is_kept_on_disk_too(tmp_path: Path) -> None:
    program = """
        import logging, sys
        import numpy as np
        from carvsdb.compiled import compiled

        logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")

        @compiled
        def total(vectors):
            return np.dot(vectors[0], vectors[1])  # by BLAS

        print(total(np.ones((2, 3))), total(np.ones((2, 4)).astype(np.float32)))
    """
    file = tmp_path / "kernel.py"
    file.write_text(textwrap.dedent(program))
    said = [subprocess.run([sys.executable, file], capture_output=True, text=True, check=False) for _ in range(2)]
    assert [done.stderr for done in said] == ["", ""]
    first, second = (done.stdout.splitlines() for done in said)
    assert first[-1] == second[-1] == "3.0 4.0"
    assert "compiling total" in first
    assert "compiling total" not in second


def _decorators(function: ast.FunctionDef) -> list[str]:
    return [one.id for one in function.decorator_list if isinstance(one, ast.Name)]


def test_our_kernels_ask_numba_for_nothing_but_sums_of_products() -> None:
    # What is asked of NumPy by other functions is numba's own code, so that numba is loaded to run the kernel.
    ours = {
        "empty",
        "zeros",
        "full",
        "arange",
        "sqrt",
        "rint",
        "floor",
        "exp",
        "log",
        "sin",
        "cos",
        "arccos",
        "degrees",
    }
    ours |= {"isfinite", "isnan", "int32", "int64", "uint32", "float32"}
    files = [file for top in (carvsdb, carvsdb_ingest, carvsdb_refine) for file in Path(top.__path__[0]).rglob("*.py")]
    calls = [
        (ast.unparse(call.func), len(call.args), kernel.name)
        for file in files
        for kernel in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(kernel, ast.FunctionDef) and {"compiled", "compiled_part", "inlined"} & set(_decorators(kernel))
        for call in ast.walk(kernel)
        if isinstance(call, ast.Call)
    ]
    others = {
        f"{name} in {kernel}"
        for name, n_arguments, kernel in calls
        if name.startswith("np.") and (name[3:] not in ours or (name == "np.full" and n_arguments < 3))
    }
    assert others == {"np.dot in _products", "np.concatenate in _bonds", "np.empty_like in _bonds"}


@posix
def test_kernels_without_a_cache(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("")
    done = run_kernel(tmp_path, NUMBA_CACHE_DIR="/dev/null", XDG_CACHE_HOME="/dev/null", HOME="/dev/null")
    assert (done.returncode, done.stdout.strip()) == (0, "compiled")
    assert done.stderr.count("CarvsdbWarning") == 1
    told = run_kernel(tmp_path, NUMBA_CACHE_DIR="/dev/null", XDG_CACHE_HOME="/dev/null")
    assert "/dev/null" in told.stderr
    assert "set NUMBA_CACHE_DIR to a folder of your own" in told.stderr


@posix
def test_libraries_work_without_a_cache(tmp_path: Path) -> None:
    program = """
        import numba
        from carvsdb.numba_cache import cached_if_possible

        with cached_if_possible():
            {0}
                lambda number: 2 * number
            )
        assert twice(21) == 42
        """
    decorated = "twice = numba.njit(cache=True)("
    # As of a library whose folder cannot be written: code of no file is nowhere for numba.
    inside = textwrap.dedent(program).format(decorated)
    command = f"exec(compile({inside!r}, '/dev/null/library.py', 'exec'))"
    (tmp_path / "kernel.py").write_text(command)
    done = run_kernel(tmp_path, NUMBA_CACHE_DIR="", XDG_CACHE_HOME="/dev/null", HOME="/dev/null")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("CarvsdbWarning") == 1
    assert "cannot cache function" in done.stderr
    (tmp_path / "kernel.py").write_text(command.replace("with cached_if_possible():", "if True:"))
    assert "RuntimeError: cannot cache function" in run_kernel(tmp_path, NUMBA_CACHE_DIR="", HOME="/dev/null").stderr


@posix
def test_a_full_disk_keeps_nothing_and_stops_nothing(tmp_path: Path) -> None:
    limited = textwrap.dedent(
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        import carvsdb.compiled
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
        """
    )
    (tmp_path / "kernel.py").write_text(limited + textwrap.dedent(KERNEL))
    done = run_kernel(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert "cannot be written (File too large)" in done.stderr


def test_the_program_says_it_in_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from carvsdb.cli import main

    app = typer.Typer()

    @app.command()
    def command() -> None:
        warnings.warn("one sentence", CarvsdbWarning, stacklevel=2)

    monkeypatch.setattr(main, "app", app)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with pytest.raises(SystemExit):
            main.run([])
    assert capsys.readouterr().err == "one sentence\n"


def test_a_terminal_is_told_of_compiling(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("carvsdb.compiled")
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(log, "propagate", True)
    monkeypatch.setattr(log, "level", log.level)
    tell_of_compiling()
    assert log.handlers == []
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    tell_of_compiling()
    tell_of_compiling()
    assert len(log.handlers) == 1
    for name in ("a", "b"):
        log.info("compiling %s", name)
    assert capsys.readouterr().err == (
        "compiling, once on this machine: about ten seconds for nets, longer for refinements\n"
    )
    log._cache.clear()  # type: ignore[attr-defined]
