"""Every word of a report in both languages."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("What changed between two grounds", "两期地面变化报告"),
    "later_less": ("{b} minus {a}", "{b} 减 {a}"),
    "synthetic": ("Synthetic site: nothing here is real", "合成矿区:并非真实数据"),
    "grounds": ("The two grounds", "两期地面"),
    "earlier": ("earlier", "前期"),
    "later": ("later", "后期"),
    "id": ("id", "编号"),
    "date": ("date", "日期"),
    "kind": ("kind", "类型"),
    "source": ("made from", "数据来源"),
    "surveyed": ("surveyed", "实测"),
    "designed": ("designed", "设计"),
    "as-built": ("as built", "竣工"),
    "simulated": ("simulated", "推演"),
    "headline": ("Whole site", "全矿区"),
    "cut": ("cut", "挖方"),
    "fill": ("fill", "填方"),
    "net": ("net", "净变化"),
    "gross": ("gross", "总量"),
    "parcel": ("parcel", "地块"),
    "area": ("measured area", "测量面积"),
    "interval": ("95 % interval of net", "净变化 95% 区间"),
    "significant": ("changed", "显著变化面积比"),
    "map": ("Difference", "高程差"),
    "map_changed": (
        "Difference beyond its level of detection; hatched: not distinguishable",
        "超过检测限的高程差;阴影线:不可分辨",
    ),
    "parcels": ("By parcel", "分地块统计"),
    "sections": ("Sections through the greatest change", "最大变化处剖面"),
    "west_east": ("west to east", "自西向东"),
    "north_south": ("north to south", "自北向南"),
    "distance": ("distance, m", "距离 (m)"),
    "height": ("elevation, m", "高程 (m)"),
    "errors": ("What the errors rest on", "误差依据"),
    "stable": (
        "Ground taken as unchanged: {share} of the common cells, {origin}; "
        "the difference there spreads by {spread} m (NMAD).",
        "稳定地面:占公共单元的 {share},{origin};该处高程差离散度 {spread} m (NMAD)。",
    ),
    "found": ("found by clipping", "自动识别"),
    "given": ("given by a person", "人工指定"),
    "bias_kept": (
        "The later ground lies {bias} m (standard error {error} m) off the earlier one "
        "there. That is a bias, not cut or fill; it was not removed and counts as "
        "error of every volume.",
        "该处后期地面相对前期偏差 {bias} m(标准误 {error} m)。此为系统偏差,并非挖填;"
        "未消除,已计入各体积误差。",
    ),
    "bias_removed": (
        "A bias of {bias} m (standard error {error} m) was found there and removed.",
        "该处发现系统偏差 {bias} m(标准误 {error} m),已消除。",
    ),
    "moved": (
        "The later ground was moved by {east} m east, {north} m north, {up} m up.",
        "后期地面平移:东 {east} m,北 {north} m,上 {up} m。",
    ),
    "variogram": (
        "Variance of the scaled error with distance; line: model that volumes use",
        "标准化误差方差随距离变化;曲线:体积计算所用模型",
    ),
    "lag": ("distance, m", "距离 (m)"),
    "variance": ("variance, 1", "方差 (1)"),
    "method": ("How to read it", "如何阅读"),
    "method_text": (
        "Net is the plain sum of the difference over the cells that both grounds have. "
        "Cut, fill and gross count only cells beyond their level of detection "
        "({level} m at the median, {confidence} two-sided); noise biases them "
        "upwards. The error of a volume counts how the errors of neighbouring cells "
        "go together, and what all cells share. A settlement of the whole site cannot "
        "be told from a bias.",
        "净变化为两期公共单元高程差的直接累加。挖方、填方与总量只统计超过检测限的单元"
        "(中位检测限 {level} m,双侧 {confidence}),噪声会使其偏大。体积误差计入相邻单元"
        "误差的相关性及整体系统误差。整个矿区的均匀沉降与系统偏差无法区分。",
    ),
    "again": ("To compute it again", "重新计算"),
    "made_by": ("Made by minetwin {version}", "由 minetwin {version} 生成"),
    "left": ("Parcels without common cells: {names}", "无公共单元的地块:{names}"),
    "north": ("N", "北"),
    "heights_in": ("heights in {datum}", "高程基准 {datum}"),
}


def word(language: Language, name: str, **fill: str) -> str:
    """A text in a language, its gaps filled."""
    return WORDS[name][0 if language == "en" else 1].format(**fill)
