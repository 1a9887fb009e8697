"""Reading a file of pacemaker, whichever of its two forms it has, and making sure that it can be evaluated."""

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.b_basis import b_form
from carvsdb_refine.potential.ace.c_tilde import c_tilde_form
from carvsdb_refine.potential.ace.form import AceForm

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML whose keys may be lists, as in `[0, 1]: {...}`; they become tuples."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, True)
            mapping[tuple(key) if isinstance(key, list) else key] = self.construct_object(value_node, True)
        return mapping


def load_mapping(path: Path) -> dict[Any, Any]:
    """Read a YAML file that holds one mapping.

    Raises
    ------
    InputError
        If the file cannot be read or is not such a file.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise InputError(f"the potential cannot be read: {error.strerror}", path=path) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise InputError("this is no potential: expected the YAML of pacemaker", path=path) from error
    if not isinstance(content, dict):
        raise InputError("this is no potential: expected the YAML of pacemaker", path=path)
    return content


def read_form(path: Path) -> AceForm:
    """Read a potential, in C-tilde form whatever the file's.

    Raises
    ------
    InputError
        If the file is no such potential, or needs a radial basis, an embedding or a core repulsion that are not built.
    """
    content = load_mapping(path)
    is_c_tilde = all(key in content for key in ("elements", "bonds", "embeddings", "functions"))
    if not is_c_tilde and "species" not in content:
        raise InputError(
            "this is no ACE potential: expected 'elements', 'bonds', 'embeddings' and 'functions' "
            "(C-tilde form, .yace) or 'species' (B-basis, .yaml)",
            path=path,
        )
    try:
        form = c_tilde_form(content, path) if is_c_tilde else b_form(content, path)
        _check(form, path)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError(f"the ACE potential is damaged ({type(error).__name__}: {error})", path=path) from error
    return form


def _check(form: AceForm, path: Path) -> None:
    """Raise for what would read outside an array in a kernel."""
    n_elements = len(form.elements)
    for pair in ((a, b) for a in range(n_elements) for b in range(n_elements)):
        if not 0 < form.bonds[pair].cutoff < np.inf:
            raise InputError(f"expected a cut-off above 0 Å, got {form.bonds[pair].cutoff}", path=path)
        if not np.all(np.isfinite(form.bonds[pair].coefficients)):
            raise ValueError("a radial coefficient is not a number")
    for mu, centre in enumerate(form.centres):
        if not (np.all(np.isfinite(centre.embedding)) and np.isfinite(centre.zero_energy)):
            raise ValueError("a number of an embedding, or an E0, is not a number")
        if not np.all(centre.embedding[:, 1] > 0):
            raise ValueError("an exponent of an embedding that is not above 0")
        for function in centre.functions:
            rank = len(function.elements)
            if not 0 < rank == len(function.n) == len(function.l):
                raise ValueError("a function whose mus, ns and ls differ in length")
            if function.weights.shape[1] != len(centre.embedding):
                raise ValueError("a function with another number of densities than its embedding")
            if not np.all(np.isfinite(function.weights)):
                raise ValueError("a coefficient of a function is not a number")
            if np.any(np.abs(function.m) > np.array(function.l)):
                raise ValueError("a function with |m| above l")
            for element, n, l in zip(function.elements, function.n, function.l, strict=True):  # noqa: E741
                n_radial, n_l, n_base = form.bonds[mu, element].coefficients.shape
                if not (1 <= n <= (n_base if rank == 1 else n_radial) and 0 <= l < (1 if rank == 1 else n_l)):
                    raise ValueError(f"a function with n = {n}, l = {l} outside the radial functions")
