"""What holds for every cell process: declaration, blocks, books."""

from __future__ import annotations

import numpy as np
import pytest
from cells import AXES, budget, see_of, step_of, varied_cells

from twin.process import Process, parameters
from twin.processes.register import FIRST_SET, PROCESSES
from twin.vocabulary import VOCABULARY

CELL = [name for name, kind in PROCESSES.items() if kind.scope == "cell"]


@pytest.mark.parametrize("name", CELL)
@pytest.mark.parametrize("month", [1, 4, 7])
def test_process_keeps_its_declaration(name, month):
    process = PROCESSES[name]()
    cells = varied_cells(97)

    made = process.step(see_of(process, cells, month), step_of(month))

    assert isinstance(process, Process)
    assert set(made) == {*process.writes, *process.adds}
    for key, values in made.items():
        assert values.dtype == np.float64
        assert values.shape == (*VOCABULARY[key].lead(AXES), 97)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_every_name_a_process_uses_is_in_the_vocabulary(name):
    kind = PROCESSES[name]

    used = {*kind.reads, *kind.writes, *kind.adds}

    assert used <= set(VOCABULARY)
    assert all(VOCABULARY[v].kind == "stock" for v in kind.adds)
    assert all(VOCABULARY[v].kind == "derived" for v in kind.writes)
    assert all(row["unit"] is not None and row["source"] for row in parameters(kind))


@pytest.mark.parametrize("name", CELL)
@pytest.mark.parametrize("cuts", [(1, 2, 3), (1000,), (17, 1024, 1025, 2000)])
def test_results_are_equal_to_the_bit_however_cells_are_cut_into_blocks(name, cuts):
    """Vector part, rest of a loop and slice borders all give the same numbers."""
    process, n = PROCESSES[name](), 2100
    whole = see_of(process, varied_cells(n), 6)

    together = process.step(whole, step_of(6))
    parts = []
    for low, high in zip((0, *cuts), (*cuts, n), strict=True):
        block = {
            k: np.ascontiguousarray(v[..., low:high])
            if isinstance(v, np.ndarray)
            else v
            for k, v in whole.items()
        }
        parts.append(process.step(block, step_of(6)))

    for key, values in together.items():
        joined = np.concatenate([p[key] for p in parts], axis=-1)
        assert np.array_equal(values, joined), key


@pytest.mark.parametrize("name", CELL)
@pytest.mark.parametrize("month", [1, 3, 7, 11])
@pytest.mark.parametrize("element", ["carbon", "water"])
def test_the_book_of_every_process_closes_in_every_cell(name, month, element):
    process = PROCESSES[name]()
    made = process.step(see_of(process, varied_cells(500), month), step_of(month))

    net, moved = budget(process, made, element)

    assert (np.abs(net) <= 1e-13 * moved + 1e-15).all()


@pytest.mark.parametrize("name", CELL)
def test_inputs_stay_as_they_were(name):
    process = PROCESSES[name]()
    see = see_of(process, varied_cells(50), 7)
    for value in see.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False

    process.step(see, step_of(7))


@pytest.mark.parametrize("name", CELL)
def test_a_forcing_given_by_cell_counts_like_the_same_number_everywhere(name):
    process = PROCESSES[name]()
    see = see_of(process, varied_cells(60), 7)
    spread = {
        k: v if isinstance(v, np.ndarray) else np.full(60, v) for k, v in see.items()
    }

    one, each = process.step(see, step_of(7)), process.step(spread, step_of(7))

    for key, values in one.items():
        np.testing.assert_allclose(values, each[key], rtol=1e-14, atol=1e-16)


def test_the_first_set_has_no_two_writers_of_one_value():
    known = [PROCESSES[name] for name in FIRST_SET if name in PROCESSES]

    written = [value for kind in known for value in kind.writes]

    assert len(written) == len(set(written))


@pytest.mark.parametrize("name", [n for n in CELL if PROCESSES[n].adds])
def test_stocks_stay_in_their_range_to_the_last_bit(name):
    """An amount taken is never more than there is, not even by rounding."""
    process, cells = PROCESSES[name](), varied_cells(800)
    for month in [*range(1, 13)] * 4:
        made = process.step(see_of(process, cells, month), step_of(month))
        for key in process.adds:
            cells[key] = cells[key] + made[key]
            var = VOCABULARY[key]
            assert cells[key].min() >= var.low, key
            assert cells[key].max() <= var.high, key
