"""A design is read by a child: whether it hangs, swells or dies, the caller lives."""

from __future__ import annotations

import os
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

from connectors import guarded_child
from connectors.audit import Audit
from connectors.design import guarded, mesh_read, readers
from connectors.design.design import Design, Stated
from connectors.design.landxml_write import write_landxml
from connectors.design.mesh_write import write_mesh
from connectors.guarded_child import Limits, result_of
from twin.errors import InputError, UnknownName, UnreadableFile
from twin.tin import Tin

ROOMY = Limits(seconds=60.0, memory=512 << 20)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a child whose work is the given lines; the module's name comes back."""

    def write(lines: str) -> str:
        body = textwrap.indent(textwrap.dedent(lines), "    ")
        head = "import sys, time, os\nimport numpy as np\nfrom twin import errors\n"
        (tmp_path / "odd_child.py").write_text(
            f"{head}from connectors.child_answer import answer\n\n"
            f"def work(path, request):\n{body}\n\nsys.exit(answer(work))\n",
            encoding="utf-8",
        )
        old = os.environ.get("PYTHONPATH")
        paths = [str(tmp_path), *([old] if old else [])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
        return "odd_child"

    return write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "排土场.xml"
    path.write_bytes(b"x")
    return path


def test_plain_data_and_arrays_come_back_as_they_were_made(child, file):
    module = child("return {'名': request['n']}, {'a': np.arange(6.0).reshape(2, 3)}")

    told, arrays = result_of(file, module, {"n": 7}, ROOMY)

    assert told == {"名": 7}
    np.testing.assert_array_equal(arrays["a"], [[0, 1, 2], [3, 4, 5]])


def test_a_child_that_hangs_is_ended_at_its_time(child, file):
    """Asleep, busy or deaf to interrupts: it is killed, not asked."""
    module = child("while True: time.sleep(1)")

    with pytest.raises(UnreadableFile, match="took more than 2 s and was stopped"):
        result_of(file, module, {}, Limits(seconds=2.0, memory=512 << 20))


def test_a_child_that_swells_is_ended(child, file):
    module = child("held = [np.ones(1 << 22) for _ in range(400)]; time.sleep(60)")

    with pytest.raises(UnreadableFile, match=r"排土场\.xml: .*(memory|MiB)"):
        result_of(file, module, {}, Limits(seconds=60.0, memory=256 << 20))


def test_a_child_that_dies_is_told_with_its_exit_code(child, file):
    module = child("os._exit(77)")

    with pytest.raises(UnreadableFile, match="exit code 77"):
        result_of(file, module, {}, ROOMY)


def test_our_own_errors_come_over_whole_with_their_class(child, file):
    module = child("raise errors.UnknownName('no surface; did you mean b?')")

    with pytest.raises(UnknownName, match=r"^no surface; did you mean b\?$"):
        result_of(file, module, {}, ROOMY)


def test_any_other_error_is_one_of_the_file(child, file):
    module = child("raise RecursionError('too deep')")

    with pytest.raises(UnreadableFile, match="RecursionError: too deep"):
        result_of(file, module, {}, ROOMY)


def test_an_answer_that_is_an_object_does_not_come_in(child, file):
    """Pickles can run what they like; arrays of numbers cannot."""
    module = child("return {}, {'a': np.array([object()], dtype=object)}")

    with pytest.raises(UnreadableFile, match="Object arrays cannot be saved"):
        result_of(file, module, {}, ROOMY)


def test_nothing_is_left_behind(child, file, tmp_path, monkeypatch):
    """No process, no file, no waiting clock, after good and bad."""
    here = tmp_path / "temporary"
    here.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(here))
    before = threading.active_count()

    result_of(file, child("return {}, {'a': np.ones(3)}"), {}, ROOMY)
    with pytest.raises(UnreadableFile):
        result_of(file, child("os._exit(3)"), {}, ROOMY)

    assert not list(here.iterdir())
    assert threading.active_count() <= before + 2  # listeners that are just ending


def test_a_design_is_the_same_read_here_and_by_a_child(tmp_path):
    """Triangles, lines, names, references and every note, bit for bit."""
    path = tmp_path / "内排土场.xml"
    line = np.array([[0.0, 0.0, 1.0], [5.0, 5.0, 2.5]])
    corners = np.array([[0, 0, 1], [9, 0, 2], [0, 9, 3], [9, 9, 1.1]], float)
    tin = Tin.of(corners, np.array([[0, 1, 2], [1, 3, 2]]))
    write_landxml(path, Design("坡", tin, (line, line[::-1]), (), (), "EPSG:4509"))
    stated, one, other = Stated(vertical="EPSG:5737"), Audit(), Audit()

    here = readers.READERS[".xml"](path, stated, one)
    there = guarded.read_design(path, stated, other)

    assert (there.name, there.crs, there.vertical) == (here.name, here.crs, "EPSG:5737")
    np.testing.assert_array_equal(there.tin.vertices, here.tin.vertices)
    np.testing.assert_array_equal(there.tin.triangles, here.tin.triangles)
    for kind in ("breaklines", "boundaries", "contours"):
        for a, b in zip(getattr(there, kind), getattr(here, kind), strict=True):
            np.testing.assert_array_equal(a, b)
    assert other == one


def test_a_mesh_is_the_same_read_here_and_by_a_child(tmp_path):
    path = tmp_path / "a.ply"
    corners = np.array([[0, 0, 1], [9, 0, 2], [0, 9, 3]], float)
    told = {"crs": "EPSG:4509", "vertical": "EPSG:5737"}
    write_mesh(path, Tin.of(corners, np.array([[0, 1, 2]])), told, audit=Audit())

    here, said = mesh_read.read_mesh(path, Stated(), one := Audit())
    there, also = guarded.read_mesh(path, Stated(), other := Audit())

    np.testing.assert_array_equal(there.vertices, here.vertices)
    np.testing.assert_array_equal(there.triangles, here.triangles)
    assert dict(also) == dict(said)
    assert other == one


def test_no_reader_of_designs_runs_in_this_process(tmp_path, monkeypatch):
    """Only the child touches the file's content, whatever the ending."""

    def never(*_: object) -> None:
        raise AssertionError("read in the calling process")

    monkeypatch.setattr(readers, "READERS", dict.fromkeys(readers.READERS, never))
    for ending in readers.READERS:
        path = tmp_path / f"a{ending}"
        path.write_bytes(b"nothing of this kind")
        with pytest.raises(InputError, match=f"a{ending}"):
            guarded.read_design(path, Stated(), Audit())


def test_a_reader_that_loops_is_ended(tmp_path, monkeypatch):
    """As a fuzzed drawing might: the time limit holds for designs too."""
    (tmp_path / "looping.py").write_text(
        "import sys\nfrom connectors.child_answer import answer\n"
        "def work(path, request):\n    while True: pass\nsys.exit(answer(work))\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(guarded, "MODULE", "looping")
    monkeypatch.setattr(guarded_child, "START", 1.5)
    path = tmp_path / "a.dxf"
    path.write_bytes(b"0\nSECTION\n")

    with pytest.raises(UnreadableFile, match=r"a\.dxf: reading took more than 2 s"):
        guarded.read_design(path, Stated(), Audit())
