"""The published a-ZIF models, their potential and the composition of the sample: files in the shared folder."""

# data/amorphous-mof: the published potential, model m1 and its per-atom energies.
POTENTIAL = "data/amorphous-mof/mlips/zif-ace-24.yace"
MODEL = "data/amorphous-mof/zif/m1-zif_ace_24-anneal_1500K_5ns.data"
ENERGIES = "data/amorphous-mof/raw/local_energies.h5"
SODALITE = "data/cells/zif-sod-204.xyz"
# The published models: 6.7 % protium (truth/refine.md).
DEUTERIUM = 0.933


def short(text: str) -> str:
    """Leave two functions per element."""
    kept, n_functions = [], 0
    for line in text.splitlines():
        n_functions = n_functions + 1 if line.startswith("    - ") else 0
        if n_functions <= 2:
            kept.append(line)
    return "\n".join(kept) + "\n"
