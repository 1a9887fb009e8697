"""How to repeat what a bundle holds, in words."""

from collections.abc import Sequence


def readme(kind: str, config: str, seed: int, command: str, repeated: Sequence[str], notes: Sequence[str]) -> str:
    """Return the README of a bundle.

    Parameters
    ----------
    kind : str
        What it holds: ``run`` or ``loop``.
    config : str
        The config's name in the bundle.
    seed : int
        Of the run.
    command : str
        What repeats it, typed in the folder of the bundle.
    repeated : sequence of str
        Results that come out as the same bytes.
    notes : sequence of str
        What else is to be known.
    """
    what = {"run": "A refinement", "loop": "A loop of active learning"}[kind]
    lines = [
        f"# {what} by carvsdb, to be repeated",
        f"`{config}` is the config (seed {seed}); every file that it names is here. `results/` is what came of it.",
        "## Repeat it",
        "\n".join(["```", "sha256sum -c SHA256SUMS", "pip install -r requirements.txt", command, "```"]),
        "With the versions of `requirements.txt`, the Python and the kind of processor that `bundle.json` names, these "
        f"results are the same bytes again: {', '.join(f'`{name}`' for name in repeated)}. To compare:",
        "\n".join(["```", "cd repeated && sha256sum -c ../RESULTS.sha256", "```"]),
        "With others, sums of floats differ in their last digits, and a chain of random moves with them; what it comes "
        "to is another model of the same kind.",
        *notes,
        "## What is in it",
        "- `bundle.json`: versions, machine, seed, and the lineage, each file by its SHA-256; sealed with a checksum\n"
        "- `SHA256SUMS`: of every file here. It finds damage, not a forger: get the bundle from where you trust.",
    ]
    return "\n\n".join(lines) + "\n"
