"""The core: vocabulary, grid, surfaces, state, processes, kernel, ledger and store."""

from .numerics import kernel_cache

kernel_cache.settle()  # before any module imports numba
