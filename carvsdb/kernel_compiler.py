"""How kernels become machine code: numba's way, without the steps that pay for other programs only.

Most of the first run on a machine went into code that nobody runs. A function that kernels call was optimised and
turned into machine code by itself, and then once more within each kernel; now it is kept as it is until a kernel takes
it in. A kernel was compiled anew for each constant and each width of integers that another one called it with. And
passes looked for closures, array expressions and branches on types, which our kernels do not have. The machine code
does the same, bit by bit.

What Python calls is one piece of code: an entry (`carvsdb.kernel_entry`) with all that it calls, optimised as a whole.

`carvsdb.compiled` is the door to it.
"""

import uuid
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import binding
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult, compile_result
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.runtime.nrt import rtsys
from numba.core.typed_passes import NativeLowering
from numba.core.untyped_passes import IRProcessing

from carvsdb.kernel_arrays import OwnArrays
from carvsdb.kernel_entry import ENTRY, TABLE, Entry, gives, is_tuple, takes
from carvsdb.machine_code import Code

_NEEDLESS = {
    "LiteralPropagation",
    "dead_branch_prune",
    "dump_parfor_diagnostics",
    "find_literally",
    "inline_closure_likes",
    "inline_inlinables",
    "inline_overloads",
    "literal_unroll",
    "make_function_op_code_to_jit_function",
    "nopython_rewrites",
    "nopython_supported_feature_validation",
    "rewrite_dynamic_raises",
    "rewrite_semantic_constants",
    "with_lifting",
}
"""Passes without effect on functions of arrays and numbers."""


_OUTSIDE = ("Py", "llvm.", "mem")
"""How the names of functions begin that code may ask its process for; beside those of `_MATHEMATICS`."""

_MATHEMATICS = {
    *("acos", "asin", "atan", "atan2", "cbrt", "ceil", "cos", "cosh", "exp", "exp2", "expm1", "fabs", "floor", "fma"),
    *("fmod", "hypot", "ldexp", "log", "log10", "log1p", "log2", "pow", "round", "sin", "sincos", "sinh", "sqrt"),
    *("tan", "tanh", "trunc", "erf", "erfc", "rint", "nearbyint", "copysign", "fmin", "fmax"),
}
"""Functions of the C library."""


def code_for(dispatcher: Any, arguments: tuple[Any, ...]) -> Code | None:
    """Compile a kernel for the types of some arguments; None if no entry can be made for them.

    Parameters
    ----------
    dispatcher : _Dispatcher
        Of what Python is to call.
    arguments : tuple
        Arguments of one call.
    """
    kinds = tuple(_any_layout(numba.typeof(one)) for one in arguments)
    if not all(map(takes, kinds)):
        return None
    dispatcher.compile(kinds)
    result = dispatcher.overloads[kinds]
    if not gives(result.signature.return_type):
        return None
    name = uuid.uuid4().hex
    with global_compiler_lock:
        context = result.target_context
        library = _Executable(context.codegen(), name)
        module = library.create_ir_module(name)
        entry = Entry(context, module, result.fndesc, name)
        library.add_linking_library(result.library)
        library.add_linking_library(rtsys.library)
        library.add_ir_module(module)
        library.finalize()
    data = library.data if entry.fits else None
    return Code(str(kinds), name, tuple(entry.table), any(_is_strided(kind) for kind in kinds), data or b"")


def _any_layout(kind: Any) -> Any:
    """Return the type of an argument, in which columns first is any order of items."""
    if isinstance(kind, types.Array) and kind.layout == "F":
        return kind.copy(layout="A")
    return kind


def _is_strided(kind: Any) -> bool:
    if is_tuple(kind):
        return any(_is_strided(one) for one in kind)
    return isinstance(kind, types.Array) and kind.layout != "C"


def part(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Return what compiles a function that kernels call."""
    left_out = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return _Dispatcher(function, targetoptions={"nopython": True, **options, **left_out}, pipeline_class=_Compiler)


class _Dispatcher(CPUDispatcher):
    """A function that is compiled once for all constants and widths of integers that kernels call it with."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return how a kernel calls this function."""
        plain = {name: _plain(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(map(_plain, args)), plain)


def _plain(kind: Any) -> Any:
    plain = types.unliteral(kind)
    return types.int64 if plain in types.signed_domain else plain


class _Executable(JITCodeLibrary):
    """Code that Python calls: optimised as a whole, once, with all that it calls.

    Attributes
    ----------
    data : bytes or None
        An object file; None if the code asks for what numba's runtime has alone.
    """

    data: bytes | None = None

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        for one in (*self._final_module.functions, *self._final_module.global_variables):
            if not one.is_declaration and not one.name.startswith((ENTRY, TABLE)):
                one.linkage = "internal"
        # Functions first, as numba does with each part: without, kernels run a fifth to a third slower.
        super()._optimize_functions(self._final_module)
        super()._optimize_final_module()

    def _finalize_final_module(self) -> None:
        self._finalized = True
        names = [
            one.name
            for one in (*self._final_module.functions, *self._final_module.global_variables)
            if one.is_declaration
        ]
        if all(name in _MATHEMATICS or name.startswith(_OUTSIDE) for name in names):
            self.data = self._codegen._tm.emit_object(self._final_module)


class _Part(JITCodeLibrary):
    """Code that only kernels call: neither optimised nor made machine code by itself, and kept as bitcode.

    Parameters
    ----------
    codegen, name
        As of any library.
    functions : set of str
        Names of addresses that the code loads and does not use: those of the functions that it calls. Optimising would
        take them away; of code with other addresses numba keeps nothing on disk, as they hold in one process only.
    """

    def __init__(self, codegen: Any, name: str, functions: set[str]) -> None:
        super().__init__(codegen, name)
        self._functions = functions

    def add_linking_library(self, library: Any) -> None:
        """Take in code that this code calls."""
        super().add_linking_library(library)
        if isinstance(library, _Part):
            self._functions = self._functions | library._functions

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._dynamic_globals = [name for name in self._dynamic_globals if _address(name) not in self._functions]
        self._finalized = True

    def serialize_using_object_code(self) -> Any:
        """Return what is kept on disk."""
        return self.serialize_using_bitcode()


def _address(name: str) -> str:
    """Return the name of an address without the number that linking gives it."""
    return ".".join(name.split(".")[:4])


def kept_result(target_context: Any, payload: tuple[Any, ...]) -> Any:
    """Return a part as it was kept on disk, by numba's `CompileResult._reduce`."""
    (name, _, data), description, environment, signature, objectmode, lifted, annotation, reload, others = payload
    module = binding.parse_bitcode(data)
    library = _Part(target_context.codegen(), name, {_address(one.name) for one in module.global_variables})
    library._final_module = module
    library._finalize_final_module()
    return compile_result(
        target_context=target_context,
        typing_context=target_context.typing_context,
        library=library,
        environment=environment,
        entry_point=_entry_of_part(library, description, environment),
        fndesc=description,
        type_annotation=annotation,
        signature=signature,
        objectmode=objectmode,
        lifted=lifted,
        reload_init=reload,
        referenced_envs=others,
    )


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    _name = "carvsdb_lowering"

    def run_pass(self, state: Any) -> bool:
        known = state.func_id.func.__globals__.values()
        functions = {f"numba.dynamic.globals.{id(one):x}" for one in known if hasattr(type(one), "_numba_type_")}
        state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname, functions)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        entry = _entry_of_part(state.library, lowered.fndesc, lowered.env)
        state.targetctx.insert_user_function(entry, lowered.fndesc, [state.library])
        state["cr"] = _LowerResult(lowered.fndesc, lowered.call_helper, cfunc=entry, env=lowered.env)
        return True


def _entry_of_part(library: Any, description: Any, environment: Any) -> Any:
    """Return what stands for a function that Python cannot call."""
    module, name = description.lookup_module(), description.qualname.split(".")[-1]
    return _dynfunc.make_function(module, name, "", 0, environment, (library,))


class _Compiler(CompilerBase):
    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        kept = [(one, text) for one, text in manager.passes if one.name() not in _NEEDLESS]
        manager.passes = [(_Lowering if one is NativeLowering else one, text) for one, text in kept]
        begin = next(number for number, (one, _) in enumerate(manager.passes) if one is IRProcessing)
        manager.passes.insert(begin, (OwnArrays, "own arrays"))
        manager.finalize()
        return [manager]
