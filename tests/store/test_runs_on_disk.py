"""A run on disk is what its manifest vouches for, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "kernel"))
import toys

from twin.errors import OutsideSite, StoreError
from twin.kernel import Outcome, simulate
from twin.store import Run, RunWriter, load_checkpoint
from twin.store.layout import CODECS, TILE
from twin.store.tiles import Shard

UNTIL = toys.END


def writer(folder: Path) -> RunWriter:
    """An empty run of the toy."""
    made = toys.model()
    return RunWriter.create(
        folder,
        grid=made.grid,
        times=toys.OUTPUT.times(toys.START, UNTIL),
        layers=toys.OUTPUT.layers,
        axes={},
        zones=made.zones,
        zone_names=made.zone_names,
        about={"seed": 1},
    )


def finished(
    folder: Path, events: tuple[toys.Compost, ...] = (toys.Compost(),)
) -> tuple[Run, Outcome]:
    """A whole run of the toy."""
    to = writer(folder)
    out = simulate(
        toys.model(), toys.state(), toys.forcing(), until=UNTIL, output=toys.OUTPUT,
        events=events, writer=to,
    )  # fmt: skip
    to.finish(closure=out.closure, files={"ledger.csv": out.ledger.to_csv()})
    return Run.open(folder), out


@settings(max_examples=25)
@given(
    lead=st.integers(1, 3),
    rows=st.integers(1, 600),
    columns=st.integers(1, 600),
    holes=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 1000),
)
def test_zarr_reads_our_shards_and_we_read_those_of_zarr(
    tmp_path_factory: pytest.TempPathFactory,
    lead: int,
    rows: int,
    columns: int,
    holes: float,
    seed: int,
) -> None:
    """Any shape, with tiles that are empty or cut: bit for bit, both ways."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(lead, rows, columns)).astype(np.float32)
    values[:, : int(rows * holes)] = np.nan
    high, wide = min(TILE, rows), min(TILE, columns)
    whole = (-(-rows // high) * high, -(-columns // wide) * wide)
    home = tmp_path_factory.mktemp("shards")
    made = [
        zarr.create_array(
            home / name, shape=values.shape, dtype="float32", chunks=(1, high, wide),
            shards=(lead, *whole), compressors=CODECS, fill_value=np.nan,
        )
        for name in ("ours", "theirs")
    ]  # fmt: skip
    file = home / "ours" / "c" / "0" / "0" / "0"
    data = Shard(file, values.shape).encode(values)
    if data:
        file.parent.mkdir(parents=True)
        file.write_bytes(data)
    made[1][:] = values

    np.testing.assert_array_equal(made[0][:], values)
    theirs = Shard(home / "theirs" / "c" / "0" / "0" / "0", values.shape)
    if data:
        for entry in range(lead):
            np.testing.assert_array_equal(theirs.raster(entry), values[entry])
    assert bool(data) == theirs.path.exists()


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    """One flipped bit in one of its arrays."""
    to = writer(tmp_path / "run")
    to.checkpoint({"stocks.x": np.arange(9.0)}, {"done": 12})
    file = tmp_path / "run" / "checkpoint-12" / "0.npy"
    data = bytearray(file.read_bytes())
    data[-3] ^= 4
    file.write_bytes(bytes(data))

    with pytest.raises(StoreError, match=r"stocks\.x.*damaged"):
        load_checkpoint(tmp_path / "run")
    to.close()


def test_what_is_read_is_what_was_computed(tmp_path: Path) -> None:
    """Maps, series and labelled arrays agree with the state, as float32."""
    run, out = finished(tmp_path / "run")

    kept = out.state.stocks["soil_carbon_hum"].astype(np.float32)
    shown = run.map("soil_carbon_hum", 5)
    assert np.array_equal(shown, kept.reshape(run.grid.shape))
    _, series = run.series("soil_carbon_hum", 17, 23)
    assert series[-1] == shown[17, 23]
    labelled = run["soil_carbon_hum"]
    assert np.array_equal(labelled.values[-1], shown)


def test_xarray_opens_the_cube_with_units_time_and_crs(tmp_path: Path) -> None:
    """CF attributes, without any of our code."""
    run, _ = finished(tmp_path / "run")

    cube = xr.open_zarr(run.folder / "cube.zarr", consolidated=False, chunks=None)
    layer = cube["soil_organic_carbon"]
    assert layer.attrs["units"] == "kg m-2"
    assert str(layer.time.values[0])[:10] == "2025-01-01"
    assert str(layer.time.values[-1])[:10] == "2030-01-01"
    assert "PROJCRS" in cube["crs"].attrs["crs_wkt"]
    assert float(layer.x[0]) == toys.GRID.west + 2.5
    assert float(layer.y[0]) == toys.GRID.north - 2.5


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    run, _ = finished(tmp_path / "run")
    run.verify()
    shard = run.folder / sorted(run.manifest["chunks"])[0]
    data = bytearray(shard.read_bytes())
    data[3] ^= 1
    shard.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="changed or damaged"):
        run.verify()


def test_a_damaged_tile_is_never_read_as_data(tmp_path: Path) -> None:
    """Each tile carries a checksum that is compared when it is read."""
    run, _ = finished(tmp_path / "run")
    name = "cube.zarr/soil_carbon_hum/c/2/0/0"
    data = bytearray((run.folder / name).read_bytes())
    data[200] ^= 1
    (run.folder / name).write_bytes(bytes(data))
    with pytest.raises(StoreError, match="its checksum differs"):
        run.map("soil_carbon_hum", 2)
    with pytest.raises(StoreError, match="its checksum differs"):
        run.series("soil_carbon_hum", 1, 1)


@pytest.mark.parametrize("cell", [(-1, 0), (110, 0), (0, 190), (0, -1)])
def test_a_cell_outside_the_grid_has_no_series(
    tmp_path: Path, cell: tuple[int, int]
) -> None:
    run, _ = finished(tmp_path / "run")
    with pytest.raises(OutsideSite, match="there is no cell"):
        run.series("soil_carbon_hum", *cell)


def test_a_layer_without_axis_has_one_entry(tmp_path: Path) -> None:
    run, _ = finished(tmp_path / "run")
    with pytest.raises(StoreError, match="has no entry 1"):
        run.map("soil_carbon_hum", 1, axis=1)


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    run, _ = finished(tmp_path / "run")
    (run.folder / "manifest.json").unlink()
    with pytest.raises(StoreError, match="nothing here is vouched for"):
        Run.open(run.folder)


def test_a_shard_that_no_manifest_names_is_not_data(tmp_path: Path) -> None:
    """What was written after the last manifest does not show."""
    run, _ = finished(tmp_path / "run")
    told = json.loads((run.folder / "manifest.json").read_text("utf-8"))
    told["written"] = 3
    (run.folder / "manifest.json").write_text(json.dumps(told), "utf-8")
    cut = Run.open(run.folder)
    assert len(cut.times) == 3
    assert cut["soil_carbon_hum"].sizes["time"] == 3
    with pytest.raises(StoreError, match="is not written"):
        cut.map("soil_carbon_hum", 4)


def test_restart_gives_the_bits_of_the_unbroken_run(tmp_path: Path) -> None:
    """Stopped after three years and resumed from the checkpoint."""
    run, straight = finished(tmp_path / "straight")
    broken = writer(tmp_path / "broken")

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= 30:
            raise Stop

    kept = {"until": UNTIL, "output": toys.OUTPUT, "events": [toys.Compost()]}
    with pytest.raises(Stop):
        simulate(
            toys.model(), toys.state(), toys.forcing(), writer=broken, progress=stop,
            checkpoint_every=12, **kept,
        )  # fmt: skip
    broken.close()

    again = RunWriter.resume(tmp_path / "broken", toys.GRID)
    saved = load_checkpoint(tmp_path / "broken")
    assert saved is not None
    assert saved[1]["done"] == 36
    out = simulate(
        toys.model(), toys.state(), toys.forcing(), writer=again, saved=saved,
        checkpoint_every=12, **kept,
    )  # fmt: skip
    again.finish(closure=out.closure, files={})

    for name, array in straight.state.stocks.items():
        assert np.array_equal(array, out.state.stocks[name]), name
    assert out.ledger.table() == straight.ledger.table()
    resumed = Run.open(tmp_path / "broken")
    for index in range(len(run.times)):
        for layer in run.layers:
            same = np.array_equal(
                run.map(layer, index), resumed.map(layer, index), equal_nan=True
            )
            assert same, (layer, index)


KILLED = """
import sys, time
sys.path.insert(0, {kernel!r})
sys.path.insert(0, {store!r})
import toys
import test_runs_on_disk as here
from pathlib import Path
to = here.writer(Path({folder!r}))
to._published = -1e9
def slowly(done, total):
    to.publish()
    print(done, flush=True)
    time.sleep(0.02)
from twin.kernel import simulate
simulate(toys.model(), toys.state(), toys.forcing(), until=here.UNTIL,
         output=toys.OUTPUT, writer=to, progress=slowly, checkpoint_every=1)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a matter of POSIX systems")
@pytest.mark.parametrize("months", [3, 17, 40])
def test_kill_nine_never_leaves_data_that_was_not_written(
    tmp_path: Path, months: int
) -> None:
    """Whatever instant the kill hits: what shows is verified and equal to the truth."""
    straight = finished(tmp_path / "straight", events=())[0]
    here = Path(__file__).parent
    script = KILLED.format(
        kernel=str(here.parent / "kernel"),
        store=str(here),
        folder=str(tmp_path / "run"),
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= months:
            break
    time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    run = Run.open(tmp_path / "run")
    run.verify()
    assert run.manifest["status"] == "running"
    for index, when in enumerate(run.times):
        assert when == straight.times[index]
        truth = straight.map("soil_carbon_hum", index)
        assert np.array_equal(run.map("soil_carbon_hum", index), truth)
