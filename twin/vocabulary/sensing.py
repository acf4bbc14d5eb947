"""Vocabulary of what sensors in the field observe, value by value.

Air temperature, humidity, wind and radiation are those of the climate vocabulary.
"""

from __future__ import annotations

from ..var import Var


def _seen(
    name: str, unit: str, label: str, label_zh: str, source: str, **more: object
) -> Var:
    settings = {"colours": "batlow", **more}
    return Var(
        name=name,
        unit=unit,
        kind="forcing",
        label=label,
        label_zh=label_zh,
        source=source,
        **settings,  # type: ignore[arg-type]
    )


VARS = (
    _seen(
        "soil_moisture",
        "1",
        "Volumetric soil moisture",
        "土壤体积含水量",
        "CF volume_fraction_of_condensed_water_in_soil",
        standard_name="volume_fraction_of_condensed_water_in_soil",
        low=0.0,
        high=1.0,
        shown="percent",
        scale=100.0,
        colours="devon",
    ),
    _seen(
        "soil_temperature",
        "degC",
        "Soil temperature",
        "土壤温度",
        "CF soil_temperature",
        standard_name="soil_temperature",
        low=-60.0,
        high=90.0,
        colours="vik",
    ),
    _seen(
        "soil_electrical_conductivity",
        "dS m-1",
        "Bulk electrical conductivity of the soil",
        "土壤电导率",
        "USDA Handbook 60",
        low=0.0,
        high=200.0,
    ),
    _seen(
        "rainfall_amount",
        "mm",
        "Rain since the previous reading (gauge)",
        "时段降雨量(雨量计)",
        "CF rainfall_amount, WMO-No. 8",
        low=0.0,
        high=2000.0,
        colours="devon",
    ),
    _seen(
        "water_level",
        "m",
        "Water level above the gauge's datum",
        "水位(相对水尺零点)",
        "WMO-No. 1044",
        low=-1000.0,
        high=9000.0,
        colours="devon",
    ),
    _seen(
        "water_discharge",
        "m3 s-1",
        "Discharge of a channel or outlet",
        "流量",
        "CF water_volume_transport_in_river_channel",
        standard_name="water_volume_transport_in_river_channel",
        low=0.0,
        colours="devon",
    ),
    _seen(
        "water_ph",
        "1",
        "pH of water",
        "水体 pH 值",
        "CF water_ph_reported_on_total_scale (field electrode)",
        low=-2.0,
        high=16.0,
        colours="vik",
    ),
    _seen(
        "water_electrical_conductivity",
        "uS cm-1",
        "Electrical conductivity of water at 25 °C",
        "水体电导率(25 °C)",
        "ISO 7888",
        low=0.0,
        high=500_000.0,
    ),
    _seen(
        "water_temperature",
        "degC",
        "Water temperature",
        "水温",
        "WMO-No. 1044",
        low=-5.0,
        high=100.0,
        colours="vik",
    ),
    _seen(
        "displacement",
        "mm",
        "Displacement since installation, along the sensor's axis",
        "位移(自安装起,沿传感器轴向)",
        "ISRM suggested methods",
        colours="vik",
    ),
    _seen(
        "pore_pressure",
        "kPa",
        "Pore water pressure",
        "孔隙水压力",
        "ISO 18674-4",
        low=-200.0,
        high=100_000.0,
        colours="devon",
    ),
    _seen(
        "pm10",
        "ug m-3",
        "Particulate matter below 10 µm",
        "可吸入颗粒物 PM10 浓度",
        "GB 3095-2012; EN 12341",
        low=0.0,
        high=100_000.0,
        colours="lajolla",
    ),
    _seen(
        "pm2_5",
        "ug m-3",
        "Particulate matter below 2.5 µm",
        "细颗粒物 PM2.5 浓度",
        "GB 3095-2012; EN 12341",
        low=0.0,
        high=100_000.0,
        colours="lajolla",
    ),
    _seen(
        "carbon_dioxide",
        "ppm",
        "Carbon dioxide in air (mole fraction)",
        "空气二氧化碳浓度(摩尔分数)",
        "CF mole_fraction_of_carbon_dioxide_in_air",
        standard_name="mole_fraction_of_carbon_dioxide_in_air",
        low=0.0,
        high=1_000_000.0,
    ),
    _seen(
        "methane",
        "ppm",
        "Methane in air (mole fraction)",
        "空气甲烷浓度(摩尔分数)",
        "CF mole_fraction_of_methane_in_air",
        standard_name="mole_fraction_of_methane_in_air",
        low=0.0,
        high=1_000_000.0,
    ),
    _seen(
        "battery_voltage",
        "V",
        "Battery voltage of the logger",
        "采集器电池电压",
        "logger",
        low=0.0,
        high=100.0,
    ),
)
