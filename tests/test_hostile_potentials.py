"""Potentials of somebody else: numbers that no array has, aliases that grow, nesting; none reaches a kernel."""

import os
import re
import time
from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.files import read_form

COUNTS = {
    "si_core.yace": ("nradmax", "lmax", "nradbasemax", "ndensity"),
    "si_core.yaml": ("nradmaxi", "lmaxi", "nradbaseij"),
    "si_tabulated.yace": ("nradmax", "lmax", "nradbasemax"),
}
WRONG = ("1000000000", "100000", "-1", "99999999999999999999", "1e400", ".nan", "[]", "null", "x", "9" * 5000)
TENFOLD = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
)


@pytest.mark.parametrize("name", COUNTS)
def test_counts_that_no_potential_has(name: str, tmp_path: Path, shared: Path) -> None:
    text = (shared / "cases/ace" / name).read_text()
    path = tmp_path / name
    for key in COUNTS[name]:
        pattern = re.compile(rf"(\b{key}\s*:\s*)(\[[^\]]*\]|[^,}}\n]+)")
        for value in WRONG:
            changed = pattern.sub(lambda found, value=value: found[1] + value, text, count=1)  # type: ignore[misc]
            assert changed != text, key
            path.write_text(changed)
            with pytest.raises(InputError):
                read_form(path)


@pytest.mark.parametrize(
    "text",
    [
        TENFOLD + "elements: *a11\nbonds: *a11\nembeddings: *a11\nfunctions: *a11\n",
        "elements: " + "[" * 10**5,
        "elements: " + "[" * 900 + "]" * 900 + "\nbonds: {}\nembeddings: {}\nfunctions: {}\n",
        "species: 2026-13-45\n",
        "species: &a [*a]\n",
        "species: !!python/object/apply:os.system [id]\n",
        "nelements=1\n",
    ],
    ids=["aliases", "open", "deep", "date", "itself", "code", "old"],
)
def test_yaml_that_grows(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yace"
    path.write_text(text)
    began = time.monotonic()
    with pytest.raises(InputError):
        read_form(path)
    assert time.monotonic() - began < 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a file of POSIX")
def test_a_pipe_is_no_potential(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yace")
    with pytest.raises(InputError, match="named pipe"):
        read_form(tmp_path / "a.yace")
