"""Files of measured curves as the programs of the field write them, and files that are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.errors import InputError
from carvsdb_refine.scattering import DataSet, read_data

Q = [0.5, 0.55, 0.6, 0.65]
F = [0.1, -0.2, 0.3, -0.4]
E = [0.01, 0.02, 0.03, 0.04]


def rows(*columns: Sequence[float], between: str = " ") -> str:
    return "".join(between.join(f"{number:.6f}" for number in row) + "\n" for row in zip(*columns, strict=True))


@dataclass(frozen=True)
class Case:
    """A file, and what must be read from it."""

    text: str
    function: str = "F(Q)"
    x: Sequence[float] = tuple(Q)
    errors: bool = False
    notes: tuple[str, ...] = ()


CASES = {
    "RMCProfile": Case("4\nNeutron F(Q) of a-SiO2\n" + rows(Q, F)),
    "RMCProfile, a title of numbers": Case("4\n300 10\n" + rows(Q, F)),
    "RMCProfile, count with blanks": Case("        4\n  SiO2 300 K, 12/03/2019\n" + rows(Q, F)),
    "RMCProfile, more rows than declared": Case(
        "3\nSiO2 at room temperature\n" + rows(Q, F), notes=("declares 3 points, but there are 4",)
    ),
    "PDFgetX3 gr": Case(
        "[DEFAULT]\n\nversion = pdfgetx3 2.1.1\n\n# input and output specifications\ndataformat = QA\noutputtype = gr\n"
        "composition = SiO2\nqmax = 22.0\nrstep = 0.01\n\n#### start data\n\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)\n"
        + rows([0.0, *Q], [0.0, *F]),
        "PDF",
        notes=("point at r = 0 (line 16)",),
    ),
    "PDFgetX3 fq": Case(
        "[DEFAULT]\noutputtype = fq\n#### start data\n\n#S 1\n#L Q($\\AA^{-1}$)  F($\\AA^{-1}$)\n" + rows(Q, F),
        notes=("is F in Å⁻¹, which is Q[S(Q)-1]; it is taken for F(Q)",),
    ),
    "PDFgetX3 sq": Case("outputtype = sq\n#S 1\n#L Q($\\AA^{-1}$)  S\n" + rows(Q, F), "S(Q)"),
    "PDFgui and PDFgetN": Case(
        "##### PDFgui\nHistory written: Mon Jan 1\nInitiated by USER\n\n##### Data\nstype=N  qmax=35\n#### start data\n"
        "#O0 rg_int sig\n#S 1 - PDF from PDFgetN\n#P0  -22.03808    1.10131\n#L r G(r) dr dG(r)\n"
        + rows(Q, F, [0.0] * 4, E),
        "PDF",
        errors=True,
        notes=("column 3 ('dr') is no error",),
    ),
    "Mantid SaveAscii": Case("# X , Y , E\n1\n" + rows(Q, F, E, between=","), errors=True),
    "Mantid SaveAscii with DX": Case(
        "# X , Y , E , DX\n1\n" + rows(Q, F, E, E, between=","), errors=True, notes=("column 4 ('DX')",)
    ),
    "Gudrun mint01": Case(" # SIO2.mint01\n #   14\n # run title\n #   1    1\n" + rows(Q, F, E), errors=True),
    "Gudrun, no detector at the ends": Case(
        " # SIO2.mint01\n" + rows([0.4, 0.45, *Q, 0.7], [0, 0, *F, 0], [0, 0, *E, 0]),
        errors=True,
        notes=("the first 2 rows without a value (line 2 to 3)", "the last row without a value"),
    ),
    "GSAS-II": Case("#T PDF of SiO2\n#L Q S(Q)\n" + rows(Q, F), "S(Q)"),
    "GSAS-II csv": Case('"Q","F(Q)"\n' + rows(Q, F, between=",")),
    "csv with a header": Case('"Q (1/A)","F(Q)","sigma"\n' + rows(Q, F, E, between=","), errors=True),
    "csv with empty ends of lines": Case("Q,F\n" + rows(Q, F, between=",").replace("\n", ",\n")),
    "a spreadsheet with decimal commas": Case(
        "Q;F;err\n" + rows(Q, F, E, between=";").replace(".", ","), errors=True, notes=("decimal points",)
    ),
    "decimal commas and tabs": Case(rows(Q, F, between="\t").replace(".", ","), notes=("decimal points",)),
    "Fit2D chi": Case("sample.chi\nQ (Inverse Angstroms)\nIntensity\n         4\n" + rows(Q, F)),
    "pyFAI chi, in inverse nanometres": Case(
        "sample.chi\nq (nm^-1)\nIntensity\n         4\n" + rows([10 * q for q in Q], F),
        notes=("in 1/nm, as the header says",),
    ),
    "pandas with its index": Case(
        ",Q,F\n" + rows(range(4), Q, F, between=","), notes=("the first column, without a name",)
    ),
    "Fortran, no room between columns": Case(
        "".join(f"{q:.4f}{f:+.6f}\n" if f < 0 else f"{q:.4f} {f:.6f}\n" for q, f in zip(Q, F, strict=True))
    ),
    "infinite at the end": Case(rows(Q, F) + "0.9 inf\n1.0 -Infinity\n", notes=("the last 2 rows",)),
    "xmgrace": Case('@    title "F(q)"\n@type xy\n' + rows(Q, F) + "&\n"),
    "a mark of the end": Case(rows(Q, F) + "END\n"),
    "typeset minus signs": Case(rows(Q, F).replace("-", "\N{MINUS SIGN}")),
    "Fortran exponents": Case("".join(f"{q:.4E} {f:.4E}\n" for q, f in zip(Q, F, strict=True)).replace("E", "D")),
    "comments of other languages": Case("! made by nobody\n% nor by matlab\n// nor by C\n" + rows(Q, F)),
    "NaN at the ends": Case(
        rows([0.1, 0.2], [np.nan, np.nan]) + rows(Q, F) + "0.9 NaN\n1.0 -nan(ind)\n",
        notes=("the first 2 rows", "the last 2 rows"),
    ),
    "Fortran overflow at the end": Case(rows(Q, F) + "0.9 ********\n", notes=("the last row",)),
    "Q = 0": Case(rows([0.0, *Q], [-0.4, *F]), notes=("the point at Q = 0 (line 1)",)),
    "descending": Case(rows(Q[::-1], F[::-1]), notes=("Q descends",)),
    "inverse nanometres, by the header": Case(
        "# Q (nm^-1)  F(Q)\n" + rows([10 * q for q in Q], F), notes=("in 1/nm, as the header says",)
    ),
    "errors that are all 0": Case(rows(Q, F, [0.0] * 4), notes=("column 3 (0 throughout)",)),
    "a calculated curve beside it": Case("Q F_obs F_calc\n" + rows(Q, F, E), notes=("column 3 ('F_calc')",)),
    "Windows line ends": Case(rows(Q, F).replace("\n", "\r\n")),
}


@pytest.mark.parametrize("name", CASES)
def test_curves_of_other_programs(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / "curve.txt"
    path.write_bytes(case.text.encode())
    data = read_data(path, "neutron", case.function)
    assert data.x == pytest.approx(case.x)
    assert data.values == pytest.approx(F)
    if case.errors:
        assert data.sigma == pytest.approx(E)
    else:
        assert data.sigma is None
    assert len(data.notes) == len(case.notes), data.notes
    for note, words in zip(data.notes, case.notes, strict=True):
        assert words in note


def test_an_angstrom_sign_in_latin_1(tmp_path: Path) -> None:
    path = tmp_path / "curve.txt"
    path.write_bytes("# Q (Å)\n".encode("latin-1") + rows(Q, F).encode())
    assert read_data(path, "neutron").x == pytest.approx(Q)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9\ntitle\n" + rows(Q, F), "line 1 declares 9 points, but there are 4 (is the file cut?)"),
        ("# X , Y , E\n1\n" + rows(Q, F, E) + "2\n" + rows(Q, F, E), "a second curve begins"),
        (rows(Q, F) + "the end of it\n", "expected 2 columns as above, got 4"),
        (rows(Q, F, E, F), "say which: columns = [1, 2]"),
        ("outputtype = iq\n" + rows(Q, F), "holds intensities"),
        ("nothing but words\n", "at least 2 points, got 0"),
    ],
)
def test_what_is_no_curve_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "curve.txt"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_data(path, "neutron")
    assert words in str(caught.value)


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("Q,a,b,c,F,err\n" + rows(Q, E, E, E, F, E, between=","))

    def read(columns: list[int]) -> DataSet:
        return read_data(path, "neutron", columns=columns)

    assert read([1, 5]).values == pytest.approx(F)
    assert read([1, 5]).sigma is None
    assert read([1, 5, 6]).sigma == pytest.approx(E)
    with pytest.raises(InputError, match="the file has 6"):
        read([1, 7])


def test_distances_in_picometres_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "curve.txt"
    path.write_text("r(pm) g(r)\n" + rows([100 * q for q in Q], F))
    with pytest.raises(InputError, match=r"gives r in pm .*divide r by 100"):
        read_data(path, "neutron", "G(r)")


def test_distances_in_nanometres_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "curve.gr"
    path.write_text("r(nm) G(r)\n" + rows(Q, F))
    with pytest.raises(InputError, match="r in nm"):
        read_data(path, "neutron", "G(r)")


@pytest.mark.parametrize(
    ("name", "function", "first", "notes"),
    [
        ("rmcprofile.fq", "F(Q)", 0.5, 0),
        ("pdfgetx3.gr", "PDF", 0.02, 1),
        ("q0.fq", "F(Q)", 0.5, 1),
        ("nan.fq", "F(Q)", 0.5, 1),
    ],
)
def test_cases_from_the_field(shared: Path, name: str, function: str, first: float, notes: int) -> None:
    data = read_data(shared / "cases/refine/data" / name, "neutron", function)
    assert data.x[0] == pytest.approx(first)
    assert len(data.notes) == notes


def test_data_file_with_errors_comments_and_commas(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("# Q F error\n\n0.5, 1.0, 0.1\n1.0, 2.0, 0.2 # a comment\n")
    data = read_data(path, "neutron")
    assert isinstance(data.sigma, np.ndarray)
    assert data.sigma.tolist() == [0.1, 0.2]
    assert data.label == str(path)
    assert len(data.sha256) == 64
    assert read_data(path, "neutron", sigma=0.3).sigma == 0.3


def test_errors_in_brackets_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("Q F\n0.5 0.9589(12)\n1.0 -1.25(3)E-02\n1.5 0.31(114)\n2.0 7(2)\n")
    data = read_data(path, "neutron")
    assert data.values.tolist() == [0.9589, -0.0125, 0.31, 7.0]
    assert isinstance(data.sigma, np.ndarray)
    assert data.sigma.tolist() == pytest.approx([0.0012, 0.0003, 1.14, 2.0])
    assert any("brackets" in note for note in data.notes)
    path.write_text("0,5 0,9589(12)\n1,0 0,8000(5)\n")
    data = read_data(path, "neutron")
    assert isinstance(data.sigma, np.ndarray)
    assert data.sigma.tolist() == pytest.approx([0.0012, 0.0005])


@pytest.mark.parametrize("mark", ["-999", "-9999.0", "9.99E+02", "1e30", "-1.0E+30", "99999"])
def test_marks_of_no_value_are_no_values(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text(f"0.5 {mark}\n1.0 0.2\n1.5 -1.3\n2.0 0.4\n2.5 {mark}\n")
    data = read_data(path, "neutron")
    assert data.x.tolist() == [1.0, 1.5, 2.0]
    assert sum("without a value" in note for note in data.notes) == 2
    path.write_text(f"0.5 0.1\n1.0 {mark}\n1.5 -1.3\n")
    with pytest.raises(InputError, match=r"got none.* between points that have a value"):
        read_data(path, "neutron")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Q, SQ_RMC, SQ_Expt\n0.5, 1, 1.1\n1.0, 1, 0.9\n", "column 2 is called 'SQ_RMC': is it a calculated curve"),
        ("data_x\nloop_\n_pd_proc_d_spacing\n_pd_meas_counts\n0.5 1\n1.0 1\n", "is a CIF; expected columns"),
    ],
)
def test_columns_of_something_else_are_not_taken_for_the_curve(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_data(path, "neutron", "S(Q)")


def test_a_wave_of_igor(tmp_path: Path) -> None:
    path = tmp_path / "f.itx"
    path.write_text('IGOR\nWAVES/D\tq\tsq\nBEGIN\n\t0.5\t1.0\n\t1.0\t0.9\nEND\nX SetScale/P x 0,1,"", q\n')
    assert read_data(path, "neutron", "S(Q)").values.tolist() == [1.0, 0.9]


def test_large_curves_may_hold_what_could_be_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("0.5 1200\n1.0 999\n1.5 800\n")
    assert read_data(path, "neutron").values.tolist() == [1200.0, 999.0, 800.0]


def bad_files() -> Iterator[tuple[str, int, str]]:
    yield "0.5 1\n1.0 nan\n1.5 1\n", 2, "must be a finite number, got none between points that have a value"
    yield "0.5 1\n1.0 inf\n1.5 1\n", 2, "got none between points that have a value"
    yield '0.5,1\n0.6,2\n"1,000.0",3\n', 3, "are commas set between thousands?"
    yield "0.5 F\n0.6 1\n0.7 1\n", 1, "must be a finite number, got 'F'"
    yield "0.5 1\n1.0 1\n0.9 1\n", 3, "Q must ascend, got 0.9 after 1"
    yield "0.5 1\n0.5 1\n", 2, "Q must ascend"
    yield "0.5 1\n9.0 1\n\n0.5 1\n9.0 1\n", 4, "got 0.5 after 9 (several banks or curves? expected one a file)"
    yield "0.5 1\n0.6 1\nBANK 2 40 CONST\n", 3, "a second curve begins with 'BANK 2 40 CONST'"
    yield "-0.1 1\n0.5 1\n", 1, "Q must be above 0"
    yield "0 1\n0.5 1\n", 2, "at least 2 points, got 1"
    yield "0.5 1 0.1\n0.6 1\n", 2, "expected 3 columns as above, got 2"
    yield "0.5 1 0.1 7\n0.6 1 0.1 7\n", 1, "columns 3 and 4 could both be errors"
    yield "0.5 1 0.1 7 8\n0.6 1 0.1 7 8\n", 1, "expected 2 to 4 columns, got 5; say which: columns = [1, 2]"
    yield (
        "0.5 1 0.1\n0.6 1 0\n",
        2,
        "an error must be above 0, got 0; correct or leave out the point, or give one error",
    )
    yield "0.5 1\n", 2, "at least 2 points, got 1"


@pytest.mark.parametrize(("text", "line", "words"), list(bad_files()))
def test_a_bad_data_file_says_where(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_data(path, "neutron")
    assert words in str(caught.value)
    assert caught.value.line == line


@given(
    text=st.text("0123456789.-+e \t\n,;#nafi", max_size=40) | st.text(max_size=30),
    kind=st.sampled_from(["neutron", "xray"]),
    function=st.sampled_from(["S(Q)", "G(r)"]),
)
def test_any_data_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str, function: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    sentence = f"{path} is read"
    try:
        assert len(read_data(path, kind, function).x) >= 2
    except InputError as error:
        sentence = str(error)
    assert sentence.startswith(str(path))


@pytest.mark.parametrize(("kind", "name"), [("neutron", "neutron-fq"), ("xray", "xray-fq")])
def test_q_in_inverse_nanometres_is_found_out(shared: Path, tmp_path: Path, kind: str, name: str) -> None:
    data = read_data(shared / f"data/amorphous-mof/scattering/expt/{name}.txt", kind)
    path = tmp_path / "nm.txt"
    rows = zip((data.x * 10).tolist(), data.values.tolist(), strict=True)
    path.write_text("".join(f"{q!r} {value!r}\n" for q, value in rows))
    with pytest.raises(InputError, match="looks like 1/nm, not 1/Å; say which"):
        read_data(path, kind)
    assert read_data(path, kind, q_unit="1/nm").x == pytest.approx(data.x)
    assert read_data(path, kind, q_unit="1/Å").x == pytest.approx(data.x * 10)
    with pytest.raises(InputError, match="no unit of Q"):
        read_data(path, kind, q_unit="1/pm")


@pytest.mark.parametrize("name", ["2theta (deg)", "Two-Theta", "2θ", "tth", "TOF", "d-spacing", "wavelength"])
def test_an_axis_that_is_neither_q_nor_r_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(f"{name},I\n10.0,1.0\n10.1,1.1\n10.2,1.0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the first column is .*; expected Q"):
        read_data(path, "neutron")


def test_an_angle_below_a_title_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "curve.chi"
    path.write_text("sample.chi\n2-Theta Angle (Degrees)\nIntensity\n         4\n" + rows(Q, F))
    with pytest.raises(InputError, match="the first column is '2-Theta Angle"):
        read_data(path, "xray")


def test_unicode_text_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "curve.txt"
    path.write_bytes(("Q\tF\n" + rows(Q, F, between="\t")).encode("utf-16"))
    assert read_data(path, "neutron").x == pytest.approx(Q)


def test_weights_are_no_errors(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("x,y_obs,weight,y_calc\n1.0,1.0,4.0,1.0\n1.1,1.1,4.0,1.0\n1.2,1.0,4.0,1.0\n", encoding="utf-8")
    data = read_data(path, "neutron")
    assert data.sigma is None
    assert any("'weight'" in note for note in data.notes)
