"""New arrays in kernels: what ``np.empty``, ``np.zeros``, ``np.full`` and ``np.arange`` of one number stand for there.

Numba compiles functions of its own for them, anew for each type and number of dimensions: a sixth of what the first run
on a machine took. Here their code is written into the kernel itself.
"""

from typing import Any

import numpy as np
from numba.core import cgutils, ir, types
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.typing.npydecl import parse_dtype, parse_shape
from numba.extending import intrinsic
from numba.np.arrayobj import _empty_nd_impl, _parse_shape


def _kind(shape: Any, dtype: Any) -> Any:
    array: Any = types.Array
    return array(parse_dtype(dtype), parse_shape(shape), "C")


def _new(context: Any, builder: Any, signature: Any, shape: Any) -> Any:
    lengths = _parse_shape(context, builder, signature.args[0], shape)
    return _empty_nd_impl(context, builder, signature.return_type, lengths)


@intrinsic
def empty(_: Any, shape: Any, dtype: Any) -> Any:
    """Return an array of no values in particular."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _new(context, builder, signature, arguments[0])._getvalue()

    return _kind(shape, dtype)(shape, dtype), code


@intrinsic
def zeros(_: Any, shape: Any, dtype: Any) -> Any:
    """Return an array of zeros."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = _new(context, builder, signature, arguments[0])
        cgutils.memset(builder, array.data, builder.mul(array.itemsize, array.nitems), 0)
        return array._getvalue()

    return _kind(shape, dtype)(shape, dtype), code


@intrinsic
def full(_: Any, shape: Any, fill_value: Any, dtype: Any) -> Any:
    """Return an array of one value."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, kind = _new(context, builder, signature, arguments[0]), signature.return_type
        value = context.cast(builder, arguments[1], signature.args[1], kind.dtype)
        with cgutils.for_range(builder, array.nitems) as loop:
            context.pack_value(builder, kind.dtype, value, builder.gep(array.data, [loop.index]))
        return array._getvalue()

    return _kind(shape, dtype)(shape, fill_value, dtype), code


@intrinsic
def arange(_: Any, stop: Any) -> Any:
    """Return the numbers from 0 to below an integer; none if it is negative."""
    kind = types.Array(types.int64, 1, "C")

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        length = context.cast(builder, arguments[0], signature.args[0], types.int64)
        zero = context.get_constant(types.int64, 0)
        length = builder.select(builder.icmp_signed("<", length, zero), zero, length)
        array = _empty_nd_impl(context, builder, kind, [length])
        with cgutils.for_range(builder, length) as loop:
            builder.store(loop.index, builder.gep(array.data, [loop.index]))
        return array._getvalue()

    return (kind(stop), code) if isinstance(stop, types.Integer) else None


_OURS: dict[Any, Any] = {(np.empty, 2): empty, (np.zeros, 2): zeros, (np.full, 3): full, (np.arange, 1): arange}
"""What stands for a function of NumPy that is called with so many arguments."""


@register_pass(mutates_CFG=False, analysis_only=False)
class OwnArrays(FunctionPass):
    """Puts our functions for new arrays in place of numba's."""

    _name = "carvsdb_own_arrays"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Change calls of functions of NumPy; return whether there were any."""
        changed = False
        for block in state.func_ir.blocks.values():
            made: dict[str, Any] = {}
            for statement in block.find_insts(ir.Assign):
                value = statement.value
                if isinstance(value, ir.Global):
                    made[statement.target.name] = (value.value, statement)
                elif isinstance(value, ir.Expr) and value.op == "getattr" and made.get(value.value.name, [0])[0] is np:
                    made[statement.target.name] = (getattr(np, value.attr, None), statement)
                elif isinstance(value, ir.Expr) and value.op == "call" and value.func.name in made:
                    function, where = made[value.func.name]
                    try:
                        own = _OURS.get((function, len(value.args) + len(value.kws)))
                    except TypeError:  # not hashable, hence no function
                        continue
                    if own is not None:
                        where.value = ir.Global(own.__name__, own, where.value.loc)
                        changed = True
        return changed
