"""Which steps of a program's output have electrons that did not converge: ASE reads their numbers all the same."""

import re
from collections.abc import Iterable

_NELM = re.compile(r'name="NELM">\s*([0-9]+)')
# Of text outputs: the line that ends a step, what must have been said in it, and what must not.
_STEPS = {
    "vasp-out": ("TOTAL-FORCE (eV/Angst)", "aborting loop because EDIFF is reached", None),
    "espresso-out": ("Forces acting on atoms", None, "convergence NOT achieved"),
    "castep-castep": ("* Forces *", None, "max. SCF cycles performed but system has not reached the groundstate"),
}


def unconverged_steps(lines: Iterable[str], form: str) -> list[bool]:
    """Return for each step with forces whether its electrons did not converge.

    Parameters
    ----------
    lines : iterable of str
        Of the output.
    form : str
        What ASE calls it: vasp-xml, vasp-out, espresso-out or castep-castep.

    Notes
    -----
    A `vasprun.xml` does not say it: a step that needed all NELM iterations is taken for one that did not converge, as
    pymatgen does. Steps of an OUTCAR without iterations (of a force field learned on the fly) have nothing to converge.

    Examples
    --------
    >>> said = ["- Iteration 1( 1) -", " POSITION  TOTAL-FORCE (eV/Angst)"]
    >>> unconverged_steps(said, "vasp-out")
    [True]
    """
    if form == "vasp-xml":
        return _of_vasprun(lines)
    end, good, bad = _STEPS[form]
    found, is_good, is_bad, iterates = [], False, False, False
    for line in lines:
        is_good = is_good or (good is not None and good in line)
        is_bad = is_bad or (bad is not None and bad in line)
        iterates = iterates or "Iteration" in line
        if end in line:
            found.append(is_bad or (good is not None and iterates and not is_good))
            is_good = is_bad = iterates = False
    return found


def _of_vasprun(lines: Iterable[str]) -> list[bool]:
    found, most, count = [], 0, 0
    for line in lines:
        if number := _NELM.search(line):
            most = int(number[1])
        elif "<calculation>" in line:
            count = 0
        elif "<scstep>" in line:
            count += 1
        elif "</calculation>" in line:
            found.append(0 < most <= count)
    return found
