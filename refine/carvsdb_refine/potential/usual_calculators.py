"""Where calculators that many use are, for messages: a config names the class, and the command line allows it."""

import re

# By what people call them: the class, and what pip is to install, where it is no part of ASE.
USUAL = {
    "aims": ("ase.calculators.aims:Aims", ""),
    "castep": ("ase.calculators.castep:Castep", ""),
    "chgnet": ("chgnet.model.dynamics:CHGNetCalculator", "'carvsdb[mlip]'"),
    "cp2k": ("ase.calculators.cp2k:CP2K", ""),
    "dftb": ("ase.calculators.dftb:Dftb", ""),
    "espresso": ("ase.calculators.espresso:Espresso", ""),
    "gpaw": ("gpaw:GPAW", "gpaw"),
    "lammps": ("ase.calculators.lammpslib:LAMMPSlib", ""),
    "mace": ("mace.calculators:MACECalculator", "mace-torch"),
    "sevenn": ("sevenn.calculator:SevenNetCalculator", "sevenn"),
    "siesta": ("ase.calculators.siesta:Siesta", ""),
    "tblite": ("tblite.ase:TBLite", "'carvsdb[xtb]'"),
    "vasp": ("ase.calculators.vasp:Vasp", ""),
}
_SAME = {
    "sevennet": "sevenn",
    "xtb": "tblite",
    "gfn1-xtb": "tblite",
    "gfn2-xtb": "tblite",
    "quantumespresso": "espresso",
}


def how_to_allow(name: str) -> str:
    """Return what to do so that a calculator's code may run.

    Examples
    --------
    >>> print(how_to_allow("CHGNet"))
    for the code of chgnet write calculator = "chgnet.model.dynamics:CHGNetCalculator", and type --allow-calculator \
chgnet.model.dynamics:CHGNetCalculator on the command line
    """
    if re.fullmatch(r"[\w.]+:\w+", name):
        return f"if its code may run, type --allow-calculator {name} on the command line"
    known = name.lower().removesuffix("calculator")
    known = _SAME.get(known, known)
    if known not in USUAL:
        return "to run the code of another class, type --allow-calculator MODULE:CLASS on the command line"
    place = USUAL[known][0]
    return (
        f'for the code of {known} write calculator = "{place}", and type --allow-calculator {place} on the command line'
    )


def how_to_install(place: str) -> str:
    """Return what to do where the module of a class is missing."""
    package = place.partition(":")[0].partition(".")[0]
    for known, install in USUAL.values():
        if install and known.startswith((f"{package}.", f"{package}:")):
            return f"pip install {install}"
    return "install it; a module of your own is found where PYTHONPATH names its folder"
