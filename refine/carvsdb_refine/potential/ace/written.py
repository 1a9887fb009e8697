"""Writing a potential as pacemaker does: its B-basis (`.yaml`) or its C-tilde form (`.yace`).

Numbers are written so that they read back to the same last digit, also by readers of YAML 1.1, to which ``1e-05`` is a
word.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import write_text
from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.form import AceForm, Bond, Function
from carvsdb_refine.potential.ace.radial_forms import TABULATED


def write_form(form: AceForm, path: str | Path, about: Mapping[str, str] | None = None) -> None:
    """Write a potential; the ending of the file's name tells its form.

    Parameters
    ----------
    form : AceForm
        The potential; for `.yaml` with the couplings of its functions.
    path : str or Path
        `.yaml` or `.yace`.
    about : mapping of str to str, optional
        What the file says of its making (`metadata` of a `.yaml`; comments in a `.yace`, which has no place for it).

    Raises
    ------
    InputError
        If the name ends otherwise, or the form has no such file: functions without couplings as `.yaml`, tabulated
        radial functions, one atomic base for all elements.
    """
    file = Path(path)
    if form.is_pooled or any(bond.radial.name == TABULATED for bond in form.bonds.values()):
        raise InputError("tabulated radial functions and summed_neighbour_A are read, but not written", path=file)
    if file.suffix == ".yace":
        text = _c_tilde_text(form, about or {})
    elif file.suffix in (".yaml", ".yml"):
        if any(function.coupling is None for centre in form.centres for function in centre.functions):
            raise InputError("a potential in C-tilde form cannot be written as B-basis", path=file)
        text = _b_basis_text(form, about or {})
    else:
        raise InputError("a potential is written as .yaml (B-basis) or .yace (C-tilde form)", path=file)
    write_text(file, text)


def _number(value: float) -> str:
    text = repr(float(value))
    mantissa, mark, exponent = text.partition("e")
    if float(value).is_integer() and not mark:
        return str(int(value))
    return f"{mantissa}{'' if '.' in mantissa or not mark else '.0'}{mark}{exponent}"


def _list(values: Iterable[float]) -> str:
    return f"[{', '.join(_number(value) for value in values)}]"


def _coefficients(bond: Bond) -> str:
    blocks = (", ".join(_list(row) for row in radial) for radial in bond.coefficients)
    return f"[{', '.join(f'[{block}]' for block in blocks)}]"


def _word(symbol: str) -> str:
    """Quote what YAML 1.1 takes for false: nobelium."""
    return f'"{symbol}"' if symbol == "No" else symbol


def _text(value: str) -> str:
    """Return a text as one of YAML in double quotes, in which JSON is YAML."""
    return json.dumps(value)


def _b_basis_text(form: AceForm, about: Mapping[str, str]) -> str:
    spacing = min(bond.radial.spacing for bond in form.bonds.values())
    lines = ["metadata:", *(f"  {name}: {_text(value)}" for name, value in about.items())] if about else []
    zero = ", ".join(
        f"{_word(symbol)}: {_number(centre.zero_energy)}"
        for symbol, centre in zip(form.elements, form.centres, strict=True)
    )
    lines += ["global:", f"  DeltaSplineBins: {_number(spacing)}", f"  E0: {{{zero}}}", "species:"]
    for mu, centre in enumerate(form.centres):
        blocks: dict[tuple[int, ...], list[Function]] = {(mu,): []}
        blocks.update({(mu, other): [] for other in range(len(form.elements)) if other != mu})
        for function in centre.functions:
            blocks.setdefault((mu, *sorted(set(function.elements) - {mu})), []).append(function)
        for block, functions in blocks.items():
            lines.append(f"  - speciesblock: {_text(' '.join(form.elements[element] for element in block))}")
            if len(block) == 1:
                lines += [
                    f"    ndensityi: {len(centre.embedding)}",
                    f"    npoti: {centre.embedding_name}",
                    f"    parameters: {_list(centre.embedding.ravel())}",
                    f"    rho_core_cut: {_number(centre.core_limit[0])}",
                    f"    drho_core_cut: {_number(centre.core_limit[1])}",
                ]
            if len(block) < 3:
                lines += _bond_lines(form.bonds[mu, block[-1]])
            lines.append("    nbody:" if functions else "    nbody: []")
            lines += [f"      - {{{_b_function(form, mu, function)}}}" for function in functions]
    return "\n".join(lines) + "\n"


def _bond_lines(bond: Bond) -> list[str]:
    radial, (n_radial, n_l, n_base) = bond.radial, bond.coefficients.shape
    return [
        f"    nradmaxi: {n_radial}",
        f"    lmaxi: {n_l - 1}",
        f"    rcutij: {_number(bond.cutoff)}",
        f"    dcutij: {_number(radial.width)}",
        "    NameOfCutoffFunctionij: cos",
        f"    r_in: {_number(bond.inner.end)}",
        f"    delta_in: {_number(bond.inner.width)}",
        f"    inner_cutoff_type: {bond.inner.kind}",
        f"    nradbaseij: {n_base}",
        f"    radbase: {radial.name}",
        f"    radparameters: [{_number(radial.parameter)}]",
        f"    radcoefficients: {_coefficients(bond)}",
        f"    core-repulsion: {_list(bond.repulsion)}",
    ]


def _b_function(form: AceForm, mu: int, function: Function) -> str:
    kind = " ".join(form.elements[element] for element in (mu, *function.elements))
    between = f", lint: {_list(function.between)}" if function.between else ""
    return (
        f"type: {_text(kind)}, nr: {_list(function.n)}, nl: {_list(function.l)}{between}, "
        f"c: {_list(function.coefficients)}"
    )


def _c_tilde_text(form: AceForm, about: Mapping[str, str]) -> str:
    spacing = min(bond.radial.spacing for bond in form.bonds.values())
    lines = [f"# {name}: {_text(value)}" for name, value in about.items()]
    lines += [
        f"elements: [{', '.join(_word(symbol) for symbol in form.elements)}]",
        f"E0: {_list(centre.zero_energy for centre in form.centres)}",
        f"deltaSplineBins: {_number(spacing)}",
        "embeddings:",
    ]
    for mu, centre in enumerate(form.centres):
        lines.append(
            f"  {mu}: {{ndensity: {len(centre.embedding)}, FS_parameters: {_list(centre.embedding.ravel())}, "
            f"npoti: {centre.embedding_name}, rho_core_cutoff: {_number(centre.core_limit[0])}, "
            f"drho_core_cutoff: {_number(centre.core_limit[1])}}}"
        )
    lines.append("bonds:")
    for (mu, nu), bond in sorted(form.bonds.items()):
        radial, (n_radial, n_l, n_base) = bond.radial, bond.coefficients.shape
        lines.append(
            f"  [{mu}, {nu}]: {{nradmax: {n_radial}, lmax: {n_l - 1}, nradbasemax: {n_base}, "
            f"radbasename: {radial.name}, radparameters: [{_number(radial.parameter)}], "
            f"radcoefficients: {_coefficients(bond)}, prehc: {_number(bond.repulsion[0])}, "
            f"lambdahc: {_number(bond.repulsion[1])}, rcut: {_number(bond.cutoff)}, dcut: {_number(radial.width)}, "
            f"rcut_in: {_number(bond.inner.end)}, dcut_in: {_number(bond.inner.width)}, "
            f"inner_cutoff_type: {bond.inner.kind}}}"
        )
    lines.append("functions:")
    for mu, centre in enumerate(form.centres):
        # Programs count functions of rank 1 first.
        functions = sorted(centre.functions, key=lambda function: len(function.n))
        lines.append(f"  {mu}:" if functions else f"  {mu}: []")
        for function in functions:
            lines.append(
                f"    - {{mu0: {mu}, rank: {len(function.n)}, ndensity: {function.weights.shape[1]}, "
                f"num_ms_combs: {len(function.m)}, mus: {_list(function.elements)}, ns: {_list(function.n)}, "
                f"ls: {_list(function.l)}, ms_combs: {_list(np.ravel(function.m))}, "
                f"ctildes: {_list(np.ravel(function.weights))}}}"
            )
    return "\n".join(lines) + "\n"
