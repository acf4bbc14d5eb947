"""Malformed designs: drawings and meshes that lie, loop, swell or stop."""

from __future__ import annotations

import struct
from pathlib import Path

POINTS = (
    '<P id="1">4370000 500000 1200</P><P id="2">4370000 500100 1200</P>'
    '<P id="3">4370100 500000 1210</P>'
)


def landxml(
    points: str = POINTS, faces: str = "<F>1 2 3</F>", *, head: str = "",
    root: str = "LandXML", crs: str = '<CoordinateSystem epsgCode="32649"/>',
) -> bytes:  # fmt: skip
    """A surface of one triangle, spoilt where a part is given."""
    return (
        f'<?xml version="1.0"?>{head}<{root} xmlns="http://www.landxml.org/schema/'
        f'LandXML-1.2" version="1.2"><Units><Metric linearUnit="meter"/></Units>{crs}'
        f'<Surfaces><Surface name="s"><Definition surfType="TIN"><Pnts>{points}</Pnts>'
        f"<Faces>{faces}</Faces></Definition></Surface></Surfaces></{root}>"
    ).encode()


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
DXF = "0\nSECTION\n2\nENTITIES\n{}0\nENDSEC\n0\nEOF\n"
CODES = (0, 8, 10, 20, 30, 11, 21, 31, 12, 22, 32)
FACE = "".join(
    f"{code}\n{value}\n"
    for code, value in zip(CODES, ("3DFACE", 0, 0, 0, 0, 9, 0, 0, 0, 9, 0), strict=True)
)
GLB = struct.pack("<4sII", b"glTF", 2, 10**9) + struct.pack("<I4s", 10**9, b"JSON")

FILES: dict[str, tuple[str, bytes]] = {
    "entity bomb": ("bomb.xml", landxml(head=LAUGHS, crs="&j;")),
    "entity from outside": ("outside.xml", landxml(head=OUTSIDE, crs="&a;")),
    "cut short": ("cut.xml", landxml()[:300]),
    "another root": ("root.xml", landxml(root="gpx")),
    "no surface": ("bare.xml", b'<LandXML xmlns="http://www.landxml.org/schema/'
                   b'LandXML-1.2" version="1.2"/>'),
    "NaN height": ("nan.xml", landxml(POINTS.replace("1210", "NaN"))),
    "infinite point": ("inf.xml", landxml(POINTS.replace("1210", "1e999"))),
    "two numbers a point": ("two.xml", landxml(POINTS.replace(" 1210", ""))),
    "face of an unknown point": ("face.xml", landxml(faces="<F>1 2 99</F>")),
    "no face": ("faceless.xml", landxml(faces="")),
    "no CRS": ("nowhere.xml", landxml(crs="")),
    "noise named xml": ("noise.xml", bytes(range(256)) * 20),
    "DXF without a unit": ("unit.dxf", DXF.format(FACE).encode()),
    "DXF cut short": ("cut.dxf", DXF.format(FACE).encode()[:60]),
    "noise named dxf": ("noise.dxf", bytes(range(256)) * 20),
    "empty DXF": ("empty.dxf", b""),
    "GLB of a billion bytes": ("huge.glb", GLB),
    "GLB cut short": ("cut.glb", GLB[:11]),
    "STL of 4 billion faces": ("lie.stl", b"\0" * 80 + struct.pack("<I", 2**32 - 1)),
    "OBJ face of nothing": ("face.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99\n"),
    "OBJ of letters": ("text.obj", b"v a b c\nf 1 2 3\n"),
}  # fmt: skip


def write(folder: Path) -> dict[str, Path]:
    """Write every kind; name -> file."""
    made = {}
    for name, (file, data) in FILES.items():
        path = folder / file
        path.write_bytes(data)
        made[f"design: {name}"] = path
    return made
