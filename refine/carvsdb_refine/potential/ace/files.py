"""Reading a file of pacemaker, whichever of its two forms it has, and making sure that it can be evaluated.

Kernels take indices from such a file: the elements of a bond and of a function, and its n, l and m. `_check` stands
before all of them: each n and l lies within the radial functions of its bond, each m within -l to l, each function has
as many densities as its embedding, and all numbers are finite. No kernel is given a form that was not read here.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_INPUT, read_text
from carvsdb.yaml_text import check_aliases
from carvsdb_refine.potential.ace.b_basis import b_form
from carvsdb_refine.potential.ace.c_tilde import c_tilde_form
from carvsdb_refine.potential.ace.form import AceForm

# Values that a potential may have, its aliases expanded.
_MOST_VALUES = 20_000_000

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # which of two classes it is, PyYAML's build decides
    """YAML whose keys may be lists, as in `[0, 1]: {...}`; they become tuples.

    Words and numbers are those of YAML 1.2, which the programs write: 1e-05 is a number, No is nobelium.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - a fresh one, so that other readers keep theirs
        letter: [(tag, pattern) for tag, pattern in found if not tag.endswith((":bool", ":float"))]
        for letter, found in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, True)
            mapping[tuple(key) if isinstance(key, list) else key] = self.construct_object(value_node, True)
        return mapping


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)

# What else is called .yaml, .yace or .json near ACE potentials: by keys that stand in all of them.
_OTHERS = (
    (("emb_spec", "radial_basis"), "a potential of gracemaker (GRACE/FS), which is not built"),
    (("potential", "fit"), "an input file of pacemaker, which says what to fit and is no potential"),
    (("cutoff", "data"), "an input file of pacemaker, which says what to fit and is no potential"),
    (("IP",), "a potential of ACE1pack or ACEpotentials.jl in JSON, which is not built; it exports .yace"),
    (("__id__",), "a potential of ACE1pack or ACEpotentials.jl in JSON, which is not built; it exports .yace"),
)


def load_mapping(path: Path) -> dict[Any, Any]:
    """Read a YAML file that holds one mapping.

    Raises
    ------
    InputError
        If the file cannot be read or is not such a file.
    """
    try:
        text = read_text(path, LARGEST_INPUT)
        if text.lstrip().startswith("nelements="):
            raise InputError("the old text form of ACE potentials (.ace) is not built; save it as .yace", path=path)
        check_aliases(text, _MOST_VALUES)
        content = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InputError("this is no potential: expected the YAML of pacemaker", path=path) from error
    if not isinstance(content, dict):
        raise InputError("this is no potential: expected the YAML of pacemaker", path=path)
    return content


def read_form(path: Path) -> AceForm:
    """Read a potential, in C-tilde form whatever the file's.

    Raises
    ------
    InputError
        If the file is no such potential, or needs a radial basis, an embedding or an inner cut-off that is not built.
    """
    content = load_mapping(path)
    is_c_tilde = all(key in content for key in ("elements", "bonds", "embeddings", "functions"))
    if not is_c_tilde and "species" not in content:
        for keys, what in _OTHERS:
            if all(key in content for key in keys):
                raise InputError(f"{what}; expected the potential of pacemaker (.yace or .yaml)", path=path)
        raise InputError(
            "this is no ACE potential: expected 'elements', 'bonds', 'embeddings' and 'functions' "
            "(C-tilde form, .yace) or 'species' (B-basis, .yaml)",
            path=path,
        )
    try:
        form = c_tilde_form(content, path) if is_c_tilde else b_form(content, path)
        _check(form, path)
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, AttributeError) as error:
        raise InputError(f"the ACE potential is damaged ({type(error).__name__}: {error})", path=path) from error
    return form


def _check(form: AceForm, path: Path) -> None:
    """Raise for what would read outside an array in a kernel."""
    n_elements = len(form.elements)
    for pair in ((a, b) for a in range(n_elements) for b in range(n_elements)):
        if pair not in form.bonds:
            raise InputError(f"there is no bond {form.elements[pair[0]]}-{form.elements[pair[1]]}", path=path)
        if not np.all(np.isfinite(form.bonds[pair].coefficients)):
            raise ValueError("a radial coefficient is not a number")
    _check_inner_cutoffs(form, path)
    if form.is_pooled:
        _check_pooled(form, path)
    for mu, centre in enumerate(form.centres):
        if not (np.all(np.isfinite(centre.embedding)) and np.isfinite(centre.zero_energy)):
            raise ValueError("a number of an embedding, or an E0, is not a number")
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
            for element, n, l in zip(function.elements, function.n, function.l, strict=True):
                n_radial, n_l, n_base = form.bonds[mu, element].coefficients.shape
                if rank == 1:
                    n_base = form.bonds[mu, element].n_rank_1
                if not (1 <= n <= (n_base if rank == 1 else n_radial) and 0 <= l < (1 if rank == 1 else n_l)):
                    raise ValueError(f"a function with n = {n}, l = {l} outside the radial functions")


def _check_inner_cutoffs(form: AceForm, path: Path) -> None:
    """Refuse bonds with different kinds of inner cut-off where it matters: the programs keep one for all."""
    kinds = {bond.inner.kind for bond in form.bonds.values()}
    used = any(bond.has_repulsion or bond.inner.limits(bond.cutoff) for bond in form.bonds.values())
    if len(kinds) > 1 and (used or "zbl" in kinds):
        raise InputError(
            f"the bonds have different inner_cutoff_type ({', '.join(sorted(kinds))}); expected the same for all",
            path=path,
        )


def _check_pooled(form: AceForm, path: Path) -> None:
    """Refuse a common atomic base of all elements where bonds are of different shape, or repel."""
    bonds = list(form.bonds.values())
    if len({bond.coefficients.shape[2] for bond in bonds}) > 1 or any(bond.has_repulsion for bond in bonds):
        raise InputError("summed_neighbour_A is not built for bonds that differ in size, or with repulsion", path=path)
    if any(any(function.elements) for centre in form.centres for function in centre.functions):
        raise InputError("summed_neighbour_A: expected functions of element 0 only", path=path)
