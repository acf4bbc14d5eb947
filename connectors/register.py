"""The register of connectors: what can be read and written, said in both languages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Connector:
    """One way in or out.

    kinds    "read", "write", "feed"
    endings  file endings, or the scheme of a feed
    """

    name: str
    kinds: tuple[str, ...]
    endings: tuple[str, ...]
    label: str
    label_zh: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


CONNECTORS: tuple[Connector, ...] = (
    Connector(
        "pointcloud",
        ("read",),
        (".las", ".laz", ".copc.laz"),
        "Point clouds, decoded in a guarded child process",
        "点云(在受限子进程中解码)",
    ),
    Connector(
        "points",
        ("read",),
        (".ply", ".e57", ".xyz", ".pts", ".dat", ".txt"),
        "Other point clouds and total-station text",
        "其他点云与全站仪文本(含 CASS .dat)",
    ),
    Connector(
        "design",
        ("read", "write"),
        (".xml", ".dxf", ".glb", ".obj", ".ply", ".stl"),
        "Design surfaces: LandXML, DXF, meshes",
        "设计面:LandXML、DXF 与网格模型",
    ),
    Connector(
        "raster",
        ("read", "write"),
        (".tif", ".tiff"),
        "GeoTIFF and COG with CRS, nodata, unit and vertical datum",
        "GeoTIFF 与 COG 栅格(坐标系、无数据值、单位、高程基准)",
    ),
    Connector(
        "vector",
        ("read", "write"),
        (".geojson", ".json", ".gpkg", ".shp"),
        "Parcels and plan areas",
        "地块与规划范围",
    ),
    Connector(
        "climate",
        ("read",),
        (".csv",),
        "Daily or monthly weather tables",
        "逐日或逐月气象表",
    ),
    Connector(
        "replay",
        ("feed",),
        (".csv",),
        "Recorded sensor readings, replayed at any speed",
        "传感器历史读数回放",
    ),
    Connector(
        "http",
        ("feed",),
        ("POST /api/readings",),
        "Readings pushed over HTTP",
        "HTTP 推送读数",
    ),
    Connector(
        "mqtt",
        ("feed",),
        ("mqtt://",),
        "Readings over MQTT, acknowledged after they are stored",
        "MQTT 读数(入库后确认)",
    ),
)
