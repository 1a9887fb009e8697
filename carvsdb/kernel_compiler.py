"""How kernels become machine code: numba's way, without the steps that pay for other programs only.

Most of the first run on a machine went into code that nobody runs. A function that only kernels call was optimised and
turned into machine code by itself, and then once more within each kernel; now it is kept as it is until a kernel takes
it in. A kernel was compiled anew for each constant and each width of integers that another one called it with. And
passes looked for closures, array expressions and branches on types, which our kernels do not have. The machine code
does the same, bit by bit.

`carvsdb.compiled` is the door to it.
"""

from typing import Any

from llvmlite import binding
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult, compile_result
from numba.core.compiler_machinery import register_pass
from numba.core.dispatcher import Dispatcher
from numba.core.environment import lookup_environment
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering

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


class Kernel(CPUDispatcher):
    """A function that is compiled once for all constants and widths of integers that kernels call it with."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return how a kernel calls this function."""
        plain = {name: _plain(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(map(_plain, args)), plain)


def _plain(kind: Any) -> Any:
    plain = types.unliteral(kind)
    return types.int64 if plain in types.signed_domain else plain


class _Whole(JITCodeLibrary):
    """Code that Python calls: optimised as a whole, once, with all that it calls."""

    _bitcode: bytes | None = None

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        # Functions first, as numba does with each part: without, kernels run a fifth to a third slower.
        super()._optimize_functions(self._final_module)
        super()._optimize_final_module()

    def _get_module_for_linking(self) -> Any:
        # What came from disk is needed by kernels only that are compiled later.
        if self._shared_module is None and self._bitcode is not None:
            self._shared_module = binding.parse_bitcode(self._bitcode)
        return super()._get_module_for_linking()

    def get_pointer_to_function(self, name: str) -> int:
        """Return the address of a function, 0 if there is none of this name."""
        self._ensure_finalized()
        return int(self._codegen._engine.get_function_address(name))


class _Part(_Whole):
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
    """Return a kernel as it was kept on disk, by numba's `CompileResult._reduce`."""
    (name, kind, data), description, environment, signature, objectmode, lifted, annotation, reload, others = payload
    codegen = target_context.codegen()
    library: _Whole
    if kind == "bitcode":
        module = binding.parse_bitcode(data)
        library = _Part(codegen, name, {_address(one.name) for one in module.global_variables})
        library._final_module = module
        library._finalize_final_module()
        entry = entry_of_part(library, description, environment)
    else:
        library = _Whole(codegen, name)
        library.enable_object_caching()
        code, library._bitcode = data
        library._set_compiled_object(code)
        library._finalize_final_module()
        entry = target_context.get_executable(library, description, environment)
        for one in others:
            codegen.set_env(one.env_name, one)
    return compile_result(
        target_context=target_context,
        typing_context=target_context.typing_context,
        library=library,
        environment=environment,
        entry_point=entry,
        fndesc=description,
        type_annotation=annotation,
        signature=signature,
        objectmode=objectmode,
        lifted=lifted,
        reload_init=reload,
        referenced_envs=others,
    )


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerWhole(NativeLowering):
    _name = "carvsdb_lower_whole"

    def run_pass(self, state: Any) -> bool:
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        super().run_pass(state)
        for one in state.library._final_module.global_variables:
            environment = lookup_environment(one.name)
            if environment is not None:
                state.targetctx.codegen().set_env(one.name, environment)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerPart(NativeLowering):
    _name = "carvsdb_lower_part"

    def run_pass(self, state: Any) -> bool:
        known = state.func_id.func.__globals__.values()
        functions = {f"numba.dynamic.globals.{id(one):x}" for one in known if isinstance(one, Dispatcher)}
        state.library = _Part(state.targetctx.codegen(), state.func_id.func_qualname, functions)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        entry = entry_of_part(state.library, lowered.fndesc, lowered.env)
        state.targetctx.insert_user_function(entry, lowered.fndesc, [state.library])
        state["cr"] = _LowerResult(lowered.fndesc, lowered.call_helper, cfunc=entry, env=lowered.env)
        return True


def entry_of_part(library: Any, description: Any, environment: Any) -> Any:
    """Return what stands for a function that Python cannot call."""
    module, name = description.lookup_module(), description.qualname.split(".")[-1]
    return _dynfunc.make_function(module, name, "", 0, environment, (library,))


class _Compiler(CompilerBase):
    lowering: type[NativeLowering]

    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        kept = [(one, text) for one, text in manager.passes if one.name() not in _NEEDLESS]
        manager.passes = [(self.lowering if one is NativeLowering else one, text) for one, text in kept]
        manager.finalize()
        return [manager]


class WholeCompiler(_Compiler):
    """Compiles what Python calls."""

    lowering = _LowerWhole


class PartCompiler(_Compiler):
    """Compiles what only kernels call."""

    lowering = _LowerPart
