"""The core: vocabulary, grid, surfaces, state, processes, kernel, ledger and store."""
