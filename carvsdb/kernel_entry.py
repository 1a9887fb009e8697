"""What Python calls of a kernel: machine code that takes Python's values, runs the kernel and returns its answer.

The code looks at its arguments itself: values of other types than those that the kernel was compiled for are answered
with ``NotImplemented`` before anything is done. It needs nothing of numba when it runs: arrays are read by the fields
of NumPy's binary interface, answers made by NumPy and Python, and memory taken from Python.

The code is a function of Python's fast calls (``METH_FASTCALL``), named `ENTRY`, and a table of addresses of what it
asks Python for, named `TABLE`, which is filled in each process (`carvsdb.machine_code`).
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.np import numpy_support
from numba.np.arrayobj import make_array

ENTRY, TABLE = "carvsdb_entry_", "carvsdb_table_"

_ROOM = 96
"""How many addresses a table has room for."""

_KIND = 8
"""Where an object names its type, in bytes."""
_DATA, _NDIM, _SHAPE, _STRIDES, _DTYPE, _FLAGS = 16, 24, 32, 40, 56, 64
"""Where an array keeps what, in bytes."""
_ORDER, _NUMBER = 26, 28
"""Where a type of elements keeps the order of its bytes and its number."""
_CONTIGUOUS, _ALIGNED, _WRITEABLE = 0x1, 0x100, 0x400

_HEAD, _REFERENCES, _ADDRESS = 48, 0, 24
"""Length of what stands before an array's memory, and where its number of owners and its address stand there."""

_NEW_ARRAY, _SET_BASE = 94, 282
"""PyArray_NewFromDescr and PyArray_SetBaseObject in NumPy's table of functions."""

_OBJECT = ir.IntType(8).as_pointer()
_WORD = ir.IntType(64)
_INT = ir.IntType(32)
_NULL = ir.Constant(_OBJECT, None)


def is_tuple(kind: Any) -> bool:
    """Tell whether a type is one of tuples, which numba's own declarations know no parts of."""
    return isinstance(kind, types.BaseTuple)


def takes(kind: Any) -> bool:
    """Tell whether an entry can be made for arguments of a type."""
    if isinstance(kind, types.Array):
        return bool(kind.layout in "CA" and kind.aligned and isinstance(kind.dtype, types.Number | types.Boolean))
    if is_tuple(kind):
        return all(takes(one) for one in kind)
    return kind in (types.int64, types.float64, types.boolean)


def gives(kind: Any) -> bool:
    """Tell whether an entry can return values of a type."""
    if isinstance(kind, types.Array):
        return bool(kind.layout == "C" and kind.ndim and isinstance(kind.dtype, types.Number | types.Boolean))
    if is_tuple(kind):
        return not isinstance(kind, types.BaseNamedTuple) and all(gives(one) for one in kind)
    return kind in (types.float64, types.boolean, types.none) or isinstance(kind, types.Integer)


class Entry:
    """The entry of one kernel in a module of code.

    Parameters
    ----------
    context, module
        Numba's target, and an empty module.
    description
        The kernel, as numba describes functions.
    name : str
        What tells the entry from others.

    Attributes
    ----------
    table : list of str
        What the table's addresses are of.
    """

    def __init__(self, context: Any, module: Any, description: Any, name: str) -> None:
        self.table: list[str] = []
        self._context, self._module, self._description = context, module, description
        kind = ir.ArrayType(_OBJECT, _ROOM)
        self._addresses = ir.GlobalVariable(module, kind, TABLE + name)
        self._addresses.initializer = ir.Constant(kind, None)
        arguments = [_OBJECT, _OBJECT.as_pointer(), _WORD]
        self._function = ir.Function(module, ir.FunctionType(_OBJECT, arguments), ENTRY + name)
        self._builder = ir.IRBuilder(self._function.append_basic_block())
        self._other = self._function.append_basic_block("other")
        self._add_memory()
        self._add_call()
        with self._builder.goto_block(self._other):
            self._builder.ret(self._owned(self._of("NotImplemented")))

    @property
    def fits(self) -> bool:
        """Tell whether its table has room for all addresses; else the code is not to be run."""
        return len(self.table) <= _ROOM

    def _add_call(self) -> None:
        builder, kinds = self._builder, self._description.argtypes
        _, arguments, count = self._function.args
        self._require(builder.icmp_unsigned("==", count, ir.Constant(_WORD, len(kinds))))
        values = [
            self._taken(builder.load(builder.gep(arguments, [ir.Constant(_INT, number)])), kind)
            for number, kind in enumerate(kinds)
        ]
        thread = self._call("PyEval_SaveThread", _OBJECT)
        status, answer = self._context.call_conv.call_function(
            builder,
            self._context.declare_function(self._module, self._description),
            self._description.restype,
            kinds,
            values,
            attrs=("noinline",),
        )
        self._call("PyEval_RestoreThread", ir.VoidType(), thread)
        with builder.if_then(status.is_error, likely=False):
            # What numba raises for the kernel, as it pickled it: no memory for an array, or one of negative length.
            error = builder.bitcast(status.excinfoptr, _OBJECT)
            pickled = self._call(
                "PyBytes_FromStringAndSize",
                _OBJECT,
                self._field(error, 0, _OBJECT),
                builder.sext(self._field(error, 8, _INT), _WORD),
            )
            self._call("PyErr_SetObject", ir.VoidType(), self._of("KernelError"), pickled)
            builder.ret(_NULL)
        builder.ret(self._given(answer, self._description.restype))

    def _require(self, condition: Any) -> None:
        """Go on if a condition holds; else the arguments are none of this entry's."""
        further = self._builder.append_basic_block()
        self._builder.cbranch(condition, further, self._other)
        self._builder.position_at_end(further)

    def _field(self, place: Any, offset: int, kind: Any) -> Any:
        builder = self._builder
        return builder.load(builder.bitcast(cgutils.pointer_add(builder, place, offset), kind.as_pointer()))

    def _of(self, name: str) -> Any:
        """Return an address of the table."""
        if name not in self.table:
            self.table.append(name)
        index = ir.Constant(_INT, self.table.index(name))
        return self._builder.load(self._builder.gep(self._addresses, [ir.Constant(_INT, 0), index]))

    def _call(self, name: str, kind: Any, *values: Any) -> Any:
        function = cgutils.get_or_insert_function(
            self._module, ir.FunctionType(kind, [one.type for one in values]), name
        )
        return self._builder.call(function, values)

    def _owned(self, value: Any) -> Any:
        self._call("Py_IncRef", ir.VoidType(), value)
        return value

    def _is(self, value: Any, *names: str) -> Any:
        """Return whether a value is one of the table's."""
        found = self._builder.icmp_unsigned("==", value, self._of(names[0]))
        for name in names[1:]:
            found = self._builder.or_(found, self._builder.icmp_unsigned("==", value, self._of(name)))
        return found

    # Arguments

    def _taken(self, value: Any, kind: Any) -> Any:
        """Return an argument as the kernel takes it."""
        if isinstance(kind, types.Array):
            return self._array_taken(value, kind)
        if is_tuple(kind):
            return self._tuple_taken(value, kind)
        builder = self._builder
        if kind == types.boolean:
            true = self._is(value, "True", "numpy.True_")
            self._require(builder.or_(true, self._is(value, "False", "numpy.False_")))
            return true
        own = self._field(value, _KIND, _OBJECT)
        if kind == types.float64:
            self._require(self._is(own, "float", "numpy.float64"))
            return self._call("PyFloat_AsDouble", ir.DoubleType(), value)
        self._require(self._is(own, "int", "numpy.int64", "numpy.int32"))
        plain = self._call("PyNumber_Index", _OBJECT, value)
        overflow = cgutils.alloca_once(builder, _INT)
        number = self._call("PyLong_AsLongLongAndOverflow", _WORD, plain, overflow)
        self._call("Py_DecRef", ir.VoidType(), plain)
        self._require(builder.icmp_unsigned("==", builder.load(overflow), ir.Constant(_INT, 0)))
        return number

    def _tuple_taken(self, value: Any, kind: Any) -> Any:
        builder = self._builder
        name = "tuple"
        if (named := getattr(kind, "instance_class", None)) is not None:
            name = f"{named.__module__}:{named.__qualname__}"
        self._require(self._is(self._field(value, _KIND, _OBJECT), name))
        size = self._call("PyTuple_Size", _WORD, value)
        self._require(builder.icmp_unsigned("==", size, ir.Constant(_WORD, len(kind))))
        parts = [
            self._taken(self._call("PyTuple_GetItem", _OBJECT, value, ir.Constant(_WORD, number)), part)
            for number, part in enumerate(kind)
        ]
        return self._context.make_tuple(builder, kind, parts)

    def _array_taken(self, value: Any, kind: Any) -> Any:
        builder = self._builder
        self._require(self._is(self._field(value, _KIND, _OBJECT), "numpy.ndarray"))
        # Not by identity: what was pickled, as between processes, has equal types, not the same.
        own, dtype = self._field(value, _DTYPE, _OBJECT), numpy_support.as_dtype(kind.dtype)
        for place, width, wanted in ((_ORDER, ir.IntType(8), ord(dtype.byteorder)), (_NUMBER, _INT, dtype.num)):
            self._require(builder.icmp_unsigned("==", self._field(own, place, width), ir.Constant(width, wanted)))
        ndim = self._field(value, _NDIM, _INT)
        self._require(builder.icmp_unsigned("==", ndim, ir.Constant(_INT, kind.ndim)))
        wanted = _ALIGNED | _CONTIGUOUS * (kind.layout == "C") | _WRITEABLE * kind.mutable
        flags = builder.and_(self._field(value, _FLAGS, _INT), ir.Constant(_INT, wanted))
        self._require(builder.icmp_unsigned("==", flags, ir.Constant(_INT, wanted)))
        array = make_array(kind)(self._context, builder)
        items = ir.Constant(_WORD, 1)
        shape, strides = (self._numbers(self._field(value, place, _OBJECT), kind.ndim) for place in (_SHAPE, _STRIDES))
        for length in shape:
            items = builder.mul(items, length)
        array.meminfo, array.parent, array.nitems = _NULL, value, items
        array.itemsize = self._context.get_constant(types.intp, numpy_support.as_dtype(kind.dtype).itemsize)
        array.data = builder.bitcast(self._field(value, _DATA, _OBJECT), array.data.type)
        array.shape = cgutils.pack_array(builder, shape, ty=_WORD)
        array.strides = cgutils.pack_array(builder, strides, ty=_WORD)
        return array._getvalue()

    def _numbers(self, place: Any, count: int) -> Sequence[Any]:
        return [self._field(place, 8 * number, _WORD) for number in range(count)]

    # Answers

    def _given(self, value: Any, kind: Any) -> Any:
        """Return an answer of the kernel as Python takes it."""
        builder = self._builder
        if isinstance(kind, types.Array):
            return self._array_given(value, kind)
        if is_tuple(kind):
            answer = self._call("PyTuple_New", _OBJECT, ir.Constant(_WORD, len(kind)))
            for number, part in enumerate(kind):
                made = self._given(builder.extract_value(value, number), part)
                self._call("PyTuple_SetItem", _INT, answer, ir.Constant(_WORD, number), made)
            return answer
        if kind == types.none:
            return self._owned(self._of("None"))
        if kind == types.boolean:
            return self._owned(builder.select(value, self._of("True"), self._of("False")))
        if kind == types.float64:
            return self._call("PyFloat_FromDouble", _OBJECT, value)
        if kind.signed:
            return self._call("PyLong_FromLongLong", _OBJECT, builder.sext(value, _WORD))
        return self._call("PyLong_FromUnsignedLongLong", _OBJECT, builder.zext(value, _WORD))

    def _array_given(self, value: Any, kind: Any) -> Any:
        """Return an array that owns its memory, as long as the answer's is no argument's."""
        builder = self._builder
        array = make_array(kind)(self._context, builder, value=value)
        new = ir.FunctionType(_OBJECT, [_OBJECT, _OBJECT, _INT, _OBJECT, _OBJECT, _OBJECT, _INT, _OBJECT])
        base = ir.FunctionType(_INT, [_OBJECT, _OBJECT])
        shape = cgutils.alloca_once_value(builder, array.shape)
        flags = _CONTIGUOUS | _ALIGNED | _WRITEABLE * kind.mutable
        made = builder.call(
            builder.bitcast(self._of(f"numpy api {_NEW_ARRAY}"), new.as_pointer()),
            [
                self._of("numpy.ndarray"),
                self._owned(self._of(f"dtype {numpy_support.as_dtype(kind.dtype).name}")),
                ir.Constant(_INT, kind.ndim),
                builder.bitcast(shape, _OBJECT),
                _NULL,
                builder.bitcast(array.data, _OBJECT),
                ir.Constant(_INT, flags),
                _NULL,
            ],
        )
        with builder.if_then(builder.icmp_unsigned("==", made, _NULL), likely=False):
            builder.ret(_NULL)
        is_lent = builder.icmp_unsigned("==", array.meminfo, _NULL)
        owner = cgutils.alloca_once(builder, _OBJECT)
        with builder.if_else(is_lent) as (lent, own):
            with lent:
                is_constant = builder.icmp_unsigned("==", array.parent, _NULL)
                builder.store(self._owned(builder.select(is_constant, self._of("None"), array.parent)), owner)
            with own:
                free = builder.bitcast(self._free, _OBJECT)
                builder.store(self._call("PyCapsule_New", _OBJECT, array.meminfo, _NULL, free), owner)
        builder.call(
            builder.bitcast(self._of(f"numpy api {_SET_BASE}"), base.as_pointer()), [made, builder.load(owner)]
        )
        return made

    # Memory

    def _add_memory(self) -> None:
        """Add what numba's code asks its runtime for: memory with a number of owners before it."""
        word, none = ir.Constant, ir.VoidType()
        outside = self._builder
        for name in ("NRT_MemInfo_alloc_aligned", "NRT_MemInfo_alloc_safe_aligned"):
            take = ir.Function(self._module, ir.FunctionType(_OBJECT, [_WORD, _INT]), name)
            self._builder = builder = ir.IRBuilder(take.append_basic_block())
            size, align = take.args[0], builder.zext(take.args[1], _WORD)
            # Room for the head and for what alignment skips.
            whole = builder.add(size, builder.add(align, word(_WORD, _HEAD)))
            with builder.if_then(builder.icmp_unsigned("<", whole, size), likely=False):
                builder.ret(_NULL)
            head = self._call("PyMem_RawMalloc", _OBJECT, whole)
            with builder.if_then(builder.icmp_unsigned("==", head, _NULL), likely=False):
                builder.ret(_NULL)
            begin = builder.add(builder.ptrtoint(head, _WORD), builder.add(align, word(_WORD, _HEAD - 1)))
            begin = builder.and_(begin, builder.neg(align))
            for place, number in ((_REFERENCES, word(_WORD, 1)), (_ADDRESS, begin)):
                builder.store(number, builder.bitcast(cgutils.pointer_add(builder, head, place), _WORD.as_pointer()))
            builder.ret(head)
        drop = ir.Function(self._module, ir.FunctionType(none, [_OBJECT]), "NRT_MemInfo_call_dtor")
        self._builder = ir.IRBuilder(drop.append_basic_block())
        self._call("PyMem_RawFree", none, drop.args[0])
        self._builder.ret_void()
        self._free = ir.Function(self._module, ir.FunctionType(none, [_OBJECT]), "carvsdb_free")
        self._builder = ir.IRBuilder(self._free.append_basic_block())
        self._call("NRT_decref", none, self._call("PyCapsule_GetPointer", _OBJECT, self._free.args[0], _NULL))
        self._builder.ret_void()
        self._builder = outside
