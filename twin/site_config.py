"""What a user states about a site in site.yaml: one model per block, units in words."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    FiniteFloat,
    field_validator,
    model_validator,
)

from .crs import projected_in_metres, vertical_datum
from .duration import Duration
from .errors import UnitMismatch, UnknownName
from .site_file import Setting
from .soil.constituents import METALS
from .surface import SurfaceKind
from .units import conversion
from .vocabulary import lookup
from .zone import time_zone

Share = Annotated[FiniteFloat, Field(ge=0.0, le=1.0)]
Positive = Annotated[FiniteFloat, Field(gt=0.0)]
Amount = Annotated[FiniteFloat, Field(ge=0.0)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[^\s/\\:*?\"<>|]+$", max_length=100)]
TimeZone = Annotated[str, AfterValidator(time_zone)]


def _of_vocabulary(name: str) -> str:
    try:
        return lookup(name, "vocabulary").name
    except UnknownName as error:
        raise ValueError(str(error)) from error


def _metal(name: str) -> str:
    if name not in METALS:
        raise ValueError(
            f"'{name}' is no metal of the twin; one of {', '.join(METALS)}"
        )
    return name


Metal = Annotated[str, AfterValidator(_metal)]
VarName = Annotated[str, AfterValidator(_of_vocabulary)]


class Survey(Setting):
    """One survey or design file that becomes a Surface."""

    file: Text | tuple[Text, ...] = Field(
        description="file, pattern such as tiles/*.laz, or a list of files; relative "
        "to the site folder"
    )
    date: dt.date = Field(description="day of the survey or design")
    kind: SurfaceKind = "surveyed"
    ground: Literal["classes", "smrf", "cloth"] = Field(
        default="classes",
        description="ground points by the file's classes, by the morphological filter "
        "(SMRF) or by cloth simulation",
    )
    terrain: Literal["mean", "tin", "idw"] = Field(
        default="mean",
        description="heights of a cloud's ground: mean of a cell's points, triangles "
        "(TIN), or inverse distance weighting, robust (IDW)",
    )
    fill: Amount | None = Field(
        default=None,
        description="holes this near to ground points are filled and marked, m; three "
        "cells without it, 0 fills none; TIN and IDW reach over gaps themselves",
    )
    noise: bool = Field(
        default=False, description="leave points out that belong to nothing"
    )
    canopy: Literal["highest", "pit-free"] = Field(
        default="highest",
        description="canopy by the highest return of a cell, or without the pits of "
        "pulses that slip through crowns",
    )
    metrics: bool = Field(
        default=False,
        description="plant metrics too: height percentiles, cover, gaps, leaf area",
    )
    crs: Text | None = Field(default=None, description="stated when the file has none")
    vertical: Text | None = Field(
        default=None, description="vertical datum, stated when the file has none"
    )
    unit: Text | None = Field(
        default=None, description="unit of length of a design that states none: m, foot"
    )
    surface: Text | None = Field(
        default=None, description="which surface of a LandXML file with several"
    )
    layers: tuple[Text, ...] = Field(
        default=(), description="layers of a DXF file; all without it"
    )
    columns: Text | None = Field(
        default=None,
        description="columns of a point table without header: number code x y z",
    )
    parcel: Id | None = Field(
        default=None, description="the ground holds within this parcel only"
    )
    keep_cloud: bool = Field(
        default=True,
        description="keep the points of a cloud beside the surface, as COPC in the "
        "site's CRS",
    )
    id: Id | None = Field(default=None, description="id of the surface; date and kind")

    @property
    def files(self) -> tuple[str, ...]:
        """Names or patterns of the files."""
        return (self.file,) if isinstance(self.file, str) else self.file

    @property
    def surface_id(self) -> str:
        """Id of the surface that it becomes."""
        return self.id or f"{self.date.isoformat()}-{self.kind}"


class LocalGridSetting(Setting):
    """A mine's own grid: control points in both systems, or the known parameters."""

    control: Text | None = Field(
        default=None,
        description="CSV of control points: name, east, north [, height], known_east, "
        "known_north [, known_height]",
    )
    crs: Text | None = Field(
        default=None, description="of the known coordinates; the site's without it"
    )
    parameters: dict[str, Any] | None = Field(
        default=None,
        description="instead of control: crs, local_origin, known_origin, "
        "rotation_deg, scale, height_offset",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> LocalGridSetting:
        if (self.control is None) == (self.parameters is None):
            raise ValueError("give either control: a file, or parameters:")
        return self


class Parcels(Setting):
    """Polygons of parcels."""

    file: Text = Field(description="GeoJSON, GeoPackage or Shapefile")
    id: Text = Field(default="id", description="attribute with the parcel's id")
    label: Text | None = Field(default=None, description="attribute, English label")
    label_zh: Text | None = Field(default=None, description="attribute, Chinese label")
    layer: Text | None = Field(default=None, description="layer of a GeoPackage")
    crs: Text | None = Field(default=None, description="stated when the file has none")
    encoding: Text | None = Field(
        default=None, description="of a Shapefile's attributes, such as gbk"
    )
    repair: bool = Field(
        default=False, description="mend polygons that cross themselves; audited"
    )


class Climate(Setting):
    """Daily or monthly weather table, and what stands in for lacking drivers."""

    file: Text = Field(description="CSV table, relative to the site folder")
    columns: dict[str, Text] = Field(
        description="time and variables of the vocabulary -> column of the table"
    )
    units: dict[str, Text] = Field(
        default_factory=dict,
        description="unit of a column, by variable or column name; others have the "
        "vocabulary's unit, which the audit lists as assumed",
    )
    constants: dict[VarName, FiniteFloat] = Field(
        default_factory=dict,
        description="value of every month where the table has no column, "
        "in the vocabulary's unit",
    )
    normals: dict[VarName, tuple[FiniteFloat, ...]] = Field(
        default_factory=dict,
        description="12 values, January to December, where the table has no column, "
        "in the vocabulary's unit",
    )
    replace: dict[str, dict[str, FiniteFloat]] = Field(
        default_factory=dict,
        description="codes of a column that stand for a value: {RH: {'-1': 0}}",
    )
    missing: tuple[str, ...] = Field(
        default=(), description="texts that mean no value, beside empty, NA and NaN"
    )
    encoding: Text | None = Field(
        default=None, description="utf-8, gbk, cp1250 …; detected and audited if not"
    )
    delimiter: Text = ","
    time_format: Text | None = Field(
        default=None, description="as in strptime, where times are not ISO 8601"
    )
    wind_height: Positive | None = Field(
        default=None, description="height of the wind measurement, m; assumed 2 m"
    )
    fill: Literal["refuse", "climatology"] = Field(
        default="refuse",
        description="what a month with under 80 % of its days becomes",
    )

    @model_validator(mode="after")
    def _complete(self) -> Climate:
        if "time" not in self.columns:
            raise ValueError("columns: say which column has the time: {time: date}")
        for name in self.columns:
            if name != "time":
                _of_vocabulary(name)
        twice = [
            name
            for name in (*self.normals, *self.constants)
            if (name in self.columns)
            + (name in self.normals)
            + (name in self.constants)
            > 1
        ]
        if twice:
            raise ValueError(
                f"{twice[0]} is told twice; give it in one of columns, normals and "
                "constants"
            )
        for name, values in self.normals.items():
            if len(values) != 12:
                raise ValueError(f"normals: {name}: give 12 values, not {len(values)}")
        return self


class Plant(Setting):
    """Plants of one type that stand there at the start."""

    age: Amount = Field(description="year")
    stocking: Share = Field(description="share of a full stand, 0 to 1")


class Material(Setting):
    """What soil or spoil is made of; in ``subsoil`` and ``spoil``, carbon by mass."""

    clay_content: Amount | None = Field(default=None, le=100, description="percent")
    bulk_density: Positive | None = Field(
        default=None, ge=100, le=2700, description="kg m-3"
    )
    gravel: Amount | None = Field(
        default=None,
        le=100,
        description="percent by volume; armours the ground where it lies on top",
    )
    soil_organic_carbon: Amount | None = Field(
        default=None, description="t ha-1 of 0 to 0.3 m; below, g kg-1"
    )
    geogenic_carbon: Amount | None = Field(
        default=None, description="t ha-1 of 0 to 0.3 m; below, g kg-1"
    )
    soil_ph: Positive | None = Field(default=None, ge=1, le=14, description="1")
    soil_share: Share | None = Field(
        default=None, description="soil in the material, the rest is raw spoil; 1"
    )
    inorganic_carbon: Amount | None = Field(default=None, description="g kg-1")
    sulfide_sulfur: Amount | None = Field(default=None, le=50, description="percent")
    neutralising_potential: Amount | None = Field(
        default=None, description="kg t-1 as CaCO3"
    )
    nitrogen: Amount | None = Field(
        default=None,
        description="that plants can take, mg kg-1; what organic matter binds is added",
    )
    phosphorus: Amount | None = Field(
        default=None, description="that plants can take, mg kg-1"
    )
    metals: dict[Metal, Amount] | None = Field(
        default=None, description="total content, mg kg-1: {cadmium: 0.4}"
    )
    available: dict[Metal, Share] | None = Field(
        default=None, description="available share of a metal, 1"
    )


class Ground(Material):
    """Soil and plants at the start; what is not stated comes from ``default``."""

    soil_depth: Positive | None = Field(
        default=None, description="thickness of the loose ground over rock, m"
    )
    subsoil: Material | None = Field(default=None, description="from 0.3 to 1 m")
    spoil: Material | None = Field(default=None, description="below 1 m")
    available_water_capacity: Amount | None = Field(default=None, description="mm")
    curve_number: Positive | None = Field(
        default=None, le=100, description="of bare ground, 1"
    )
    soil_group: Literal["A", "B", "C", "D"] | None = Field(
        default=None,
        description="hydrologic group, fast to slow; gives the curve number of bare "
        "ground where none is stated beside it",
    )
    soil_erodibility: Amount | None = Field(
        default=None, description="of the fine earth, t ha h ha-1 MJ-1 mm-1"
    )
    practice_factor: Share | None = Field(default=None, description="1")
    plants: dict[str, Plant] | None = Field(
        default=None, description="plant type -> age and stocking, together up to 1"
    )

    @field_validator("plants")
    @classmethod
    def _room(cls, plants: dict[str, Plant] | None) -> dict[str, Plant] | None:
        taken = sum(plant.stocking for plant in (plants or {}).values())
        if taken > 1.0 + 1e-9:
            raise ValueError(
                f"stocking adds up to {taken:g}; plants share the ground, give shares "
                "that add up to 1 or less"
            )
        return plants


class SensorSetting(Setting):
    """One sensor at a fixed place; its unit is stated, never guessed."""

    id: Id
    label: str = ""
    label_zh: str = ""
    x: FiniteFloat = Field(description="m east, in the site's CRS")
    y: FiniteFloat = Field(description="m north, in the site's CRS")
    var: VarName = Field(description="variable of the vocabulary")
    unit: Text = Field(description="unit in which the sensor reports")
    stale_after: Duration = Field(description="age from which a value is stale: 2h")
    owner: str = ""

    @model_validator(mode="after")
    def _unit_fits(self) -> SensorSetting:
        wanted = lookup(self.var).unit
        if self.unit != wanted:
            try:
                conversion(self.unit, wanted, f"sensor {self.id}: {self.var}")
            except UnitMismatch as error:
                raise ValueError(str(error)) from error
        return self


class _Feed(Setting):
    id: Id | None = Field(default=None, description="name of the feed; kind and number")
    owner: str = ""


class ReplayFeed(_Feed):
    """Recorded readings played again."""

    kind: Literal["replay"]
    file: Text = Field(description="CSV with columns sensor, time, value [, unit]")
    speed: Positive = Field(default=1.0, description="seconds of record per second")
    timezone: TimeZone | None = Field(
        default=None, description="of times without one; else such times are refused"
    )
    shift_to_now: bool = Field(
        default=False, description="stamp each reading with the instant of its replay"
    )
    loop: bool = Field(default=False, description="start again at the end")
    encoding: Text | None = None

    @model_validator(mode="after")
    def _loop_needs_shift(self) -> ReplayFeed:
        if self.loop and not self.shift_to_now:
            raise ValueError(
                "loop would give the same readings again; set shift_to_now: true"
            )
        return self


class MqttFeed(_Feed):
    """Readings from an MQTT broker, acknowledged after they are stored."""

    kind: Literal["mqtt"]
    host: Text
    port: int = Field(default=1883, ge=1, le=65535)
    topic: Text = Field(description="filter such as mine/+/reading")
    qos: Literal[1, 2] = 1
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: Id | None = Field(
        default=None, description="stable, so that the broker keeps what was not stored"
    )
    username: str | None = None
    password_env: Text | None = Field(
        default=None, description="environment variable that holds the password"
    )
    tls: bool = False
    session_expiry: Duration = Field(
        default=86400.0, description="how long the broker keeps messages for us"
    )


Feed = Annotated[ReplayFeed | MqttFeed, Field(discriminator="kind")]


class SiteConfig(Setting):
    """The whole of site.yaml."""

    version: Literal[1]
    name: Text
    name_zh: str = ""
    synthetic: bool = Field(default=False, description="made up; shown everywhere")
    crs: Annotated[str, AfterValidator(projected_in_metres)] = Field(
        description="projected CRS in metres, such as EPSG:32649"
    )
    vertical: Annotated[str, AfterValidator(vertical_datum)] = Field(
        description="vertical datum such as EPSG:5737; unknown forbids differencing"
    )
    cell: Positive = Field(description="spacing of the grid, m")
    timezone: TimeZone | None = Field(default=None, description="such as Asia/Shanghai")
    extent: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] | None = Field(
        default=None, description="west, south, east, north, m; union of the surveys"
    )
    surveys: tuple[Survey, ...] = ()
    local_grids: dict[Id, LocalGridSetting] = Field(
        default_factory=dict,
        description="name -> grid; a survey or parcels then say crs: local:name",
    )
    parcels: Parcels | None = None
    climate: Climate | None = None
    ground: dict[str, Ground] = Field(
        default_factory=dict, description="default, and parcel ids"
    )
    sensors: tuple[SensorSetting, ...] = ()
    feeds: tuple[Feed, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> SiteConfig:
        _once("sensors", [s.id for s in self.sensors])
        _once("feeds", [f.id for f in self.feeds if f.id])
        if self.extent is not None:
            west, south, east, north = self.extent
            if not (west < east and south < north):
                raise ValueError("extent: write [west, south, east, north] in metres")
        return self

    @property
    def feed_ids(self) -> tuple[str, ...]:
        """Id of each feed: the stated one, else kind and number."""
        numbered = enumerate(self.feeds, start=1)
        return tuple(feed.id or f"{feed.kind}-{i}" for i, feed in numbered)


def _once(what: str, ids: list[Any]) -> None:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{what}: the id {twice[0]!r} is given twice; make it unique")
