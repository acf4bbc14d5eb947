"""LandXML in and out: nothing moves by more than a micrometre, nothing false passes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from connectors.audit import Audit
from connectors.design.design import Design, Stated
from connectors.design.landxml_read import read_landxml
from connectors.design.landxml_write import write_landxml
from twin.errors import InputError, UnknownName, UnreadableFile
from twin.tin import Tin

FAR = np.array([19_500_000.0, 4_370_000.0, 1200.0])
SPACE = "{http://www.landxml.org/schema/LandXML-1.2}"


def design(n: int = 20, seed: int = 1) -> Design:
    """Far from the origin, with every kind of line."""
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(n) * 3.1, np.arange(n) * 2.7)
    z = random.normal(0.0, 5.0, x.size)
    vertices = np.column_stack([x.ravel(), y.ravel(), z]) + FAR
    a = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.vstack([np.c_[a, a + 1, a + n], np.c_[a + 1, a + n + 1, a + n]])
    level = np.column_stack([vertices[:9, :2], np.full(9, 1205.0)])
    ring = vertices[[0, n - 1, n * n - 1, 0]]
    return Design(
        "排土场 <north> & \"south\"", Tin.of(vertices, faces), (vertices[:7],), (ring,),
        (level,), "EPSG:4509", "EPSG:5737",
    )  # fmt: skip


def told(
    path: Path, body: str, units: str = '<Units><Metric linearUnit="meter"/></Units>'
) -> Path:
    """A small document."""
    path.write_text(
        '<?xml version="1.0"?>\n<LandXML xmlns="http://www.landxml.org/schema/'
        f'LandXML-1.2" version="1.2">{units}<Surfaces>{body}</Surfaces></LandXML>',
        encoding="utf-8",
    )
    return path


def surface(points: str = "", faces: str = "<F>1 2 3</F>", name: str = "pit") -> str:
    """One surface of one triangle: 1, 2, 3 lie counter-clockwise."""
    points = points or ('<P id="1">0 0 5</P><P id="2">0 10 6</P><P id="3">10 0 7</P>')
    return (
        f'<Surface name="{name}"><Definition surfType="TIN"><Pnts>{points}</Pnts>'
        f"<Faces>{faces}</Faces></Definition></Surface>"
    )


def test_a_round_trip_moves_nothing(tmp_path: Path) -> None:
    """Coordinates are written by repr, so float64 comes back bit by bit."""
    path, given = tmp_path / "设计.xml", design()

    write_landxml(path, given)
    found = read_landxml(path, Stated(), Audit())

    assert given.tin is not None
    assert found.tin is not None
    np.testing.assert_array_equal(found.tin.vertices, given.tin.vertices)
    np.testing.assert_array_equal(found.tin.triangles, given.tin.triangles)
    for kind in ("breaklines", "boundaries", "contours"):
        for a, b in zip(getattr(found, kind), getattr(given, kind), strict=True):
            np.testing.assert_array_equal(a, b)
    assert (found.name, found.crs, found.vertical) == (
        given.name, given.crs, given.vertical,
    )  # fmt: skip


def test_an_independent_reader_finds_what_was_written(tmp_path: Path) -> None:
    """LandXML gives northing first and counts points from one."""
    path, given = tmp_path / "d.xml", design()
    write_landxml(path, given)

    root = etree.parse(str(path)).getroot()
    points = root.findall(f".//{SPACE}P")
    faces = root.findall(f".//{SPACE}F")

    assert given.tin is not None
    north, east, up = (float(x) for x in points[7].text.split())
    assert [east, north, up] == given.tin.vertices[7].tolist()
    assert [int(i) - 1 for i in faces[5].text.split()] == list(given.tin.triangles[5])
    assert root.find(f".//{SPACE}Metric").get("linearUnit") == "meter"
    assert root.find(f".//{SPACE}CoordinateSystem").get("epsgCode") == "4509"
    assert root.find(f".//{SPACE}Surface").get("name") == given.name


def test_feet_become_metres_and_invisible_faces_stay_out(tmp_path: Path) -> None:
    """Northing 10 ft = 3.048 m; a face with i="1" is a hole in the surface."""
    faces = '<F>1 2 3</F><F i="1">1 3 2</F>'
    units = '<Units><Imperial linearUnit="foot"/></Units>'
    path, audit = told(tmp_path / "d.xml", surface(faces=faces), units), Audit()

    found = read_landxml(path, Stated(), audit).tin

    assert found is not None
    assert found.triangles.tolist() == [[0, 1, 2]]
    np.testing.assert_allclose(found.vertices[2], [0.0, 3.048, 7 * 0.3048])
    assert audit.dropped[0]["what"] == "invisible faces"


def test_one_surface_of_several_is_chosen_by_name(tmp_path: Path) -> None:
    """Without a name the error lists those there are."""
    path = told(tmp_path / "d.xml", surface(name="pit") + surface(name="dump"))

    assert read_landxml(path, Stated(surface="dump"), Audit()).name == "dump"
    with pytest.raises(InputError, match="pit, dump"):
        read_landxml(path, Stated(), Audit())
    with pytest.raises(UnknownName, match="did you mean 'dump'"):
        read_landxml(path, Stated(surface="dumps"), Audit())


@pytest.mark.parametrize(
    "encoding", ["gbk", "gb2312", "utf-16", "utf-8-sig", "gb18030"]
)
@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2.0"])
def test_names_come_in_the_encodings_of_the_trade(
    tmp_path: Path, encoding: str, version: str
) -> None:
    """Chinese programs write GBK, Windows ones UTF-16 with a byte order mark."""
    path = told(tmp_path / "露天矿.xml", surface(name="内排土场"))
    text = path.read_text(encoding="utf-8").replace(
        'version="1.0"', f'version="1.0" encoding="{encoding.removesuffix("-sig")}"', 1
    )
    text = text.replace("LandXML-1.2", f"LandXML-{version}")
    text = text.replace('version="1.2"', f'version="{version}"')
    path.write_bytes(text.encode(encoding))

    assert read_landxml(path, Stated(), Audit()).name == "内排土场"


def test_without_units_the_user_says_them(tmp_path: Path) -> None:
    """Ten of the file are a hundredth of a metre when it is in mm."""
    path = told(tmp_path / "d.xml", surface(), units="")

    with pytest.raises(InputError, match="state the unit"):
        read_landxml(path, Stated(), Audit())
    found = read_landxml(path, Stated(unit="mm"), Audit()).tin

    assert found is not None
    assert found.vertices[2, 1] == pytest.approx(0.01)


P3 = '<P id="1">0 0 5</P><P id="2">0 10 6</P>'
BAD_BODIES = {
    "unknown point": (surface(faces="<F>1 2 9</F>"), "names point '9'"),
    "two points": (surface(faces="<F>1 2</F>"), "three points"),
    "nan point": (surface(P3 + '<P id="3">nan 0 1</P>'), "point 3"),
    "infinite point": (surface(P3 + '<P id="3">1e999 0 1</P>'), "point 3"),
    "words": (surface(P3 + '<P id="3">a b c</P>'), "could not convert"),
    "two numbers": (surface(P3 + '<P id="3">1 2</P>'), "northing easting"),
    "same id": (surface(P3 + '<P id="2">10 0 1</P>'), "id of another"),
    "nothing inside": ('<Surface name="a"/>', "neither triangles nor lines"),
    "no surface": ("", "no <Surface>"),
    "too deep": ("<a>" * 100 + "</a>" * 100, "levels"),
    "odd list": (
        '<Surface name="a"><SourceData><Breaklines><Breakline><PntList3D>1 2 3 4'
        "</PntList3D></Breakline></Breaklines></SourceData></Surface>",
        "not a multiple of 3",
    ),
    "infinite breakline": (
        '<Surface name="a"><SourceData><Breaklines><Breakline><PntList3D>1 2 inf'
        "</PntList3D></Breakline></Breaklines></SourceData></Surface>",
        "NaN or infinite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_BODIES)
def test_a_body_that_is_false_is_told(tmp_path: Path, kind: str) -> None:
    """Each names the file, the place and what to do."""
    body, why = BAD_BODIES[kind]
    path = told(tmp_path / "坏.xml", body)

    with pytest.raises(UnreadableFile, match=why) as error:
        read_landxml(path, Stated(), Audit())

    assert str(path) in str(error.value)


ENTITIES = [
    f'<!ENTITY {"abcdefghi"[i + 1]} "{("&" + "abcdefghi"[i] + ";") * 10}">'
    for i in range(8)
]
BOMB = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(ENTITIES)
    + "]><LandXML>&i;</LandXML>"
)
BAD_FILES = {
    "entity bomb": (BOMB.encode(), "document type or entities"),
    "external entity": (
        b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><LandXML>&x;</LandXML>',
        "document type or entities",
    ),
    "truncated": (b'<LandXML version="1.2"><Surfaces><Surface', "not well-formed"),
    "wrong root": (b"<kml/>", "root is <kml>"),
    "future version": (b'<LandXML version="9"/>', "version '9'"),
    "garbage": (bytes(range(256)) * 9, "not well-formed"),
    "no such encoding": (b'<?xml version="1.0" encoding="x-none"?><a/>', "x-none"),
    "odd utf-16": (b"\xff\xfe<\x00L", "not well-formed"),
    "false gbk": (
        b'<?xml version="1.0" encoding="gbk"?><LandXML a="\xff\xff"/>', "not well-f"
    ),
    "empty": (b"", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_landxml_is_told(tmp_path: Path, kind: str) -> None:
    """Attacks, cut files and other kinds end in one error."""
    content, why = BAD_FILES[kind]
    path = tmp_path / "bad.xml"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=why):
        read_landxml(path, Stated(), Audit())
