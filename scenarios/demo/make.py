"""Write the demo mine as a folder of survey files, a site.yaml and a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from . import site_text
from .areas import write_parcels
from .cloud import survey, write_laz
from .frame import CELL, QUICK_CELL
from .rasters import thinned, write_heights
from .sensors import write_day
from .truth import demo_truth
from .weather import write_climate

Progress = Callable[[int, int], None]
README = """This mine does not exist. minetwin drew it from a seed: ground, plants,
weather and readings are synthetic. The files are of the kinds that a survey
office hands over.

这座矿山并不存在。地形、植被、气象与监测读数均由 minetwin 按随机种子合成,
文件格式与测绘单位提交的成果一致。
"""


def make_demo(
    folder: Path,
    *,
    quick: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Write sources, site.yaml and scenarios/plan.yaml; return the folder.

    quick     a coarser grid and a thinner point cloud of the same mine
    seed      of everything that is random; the same seed gives the same files
    progress  called with steps done and steps in all
    """
    folder = Path(folder)
    sources, scenarios = folder / "sources", folder / "scenarios"
    for made in (sources, scenarios):
        made.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda done, whole: None)
    truth = demo_truth(quick=quick, seed=seed)
    frame = truth.frame
    tell(1, 4)
    write_laz(sources / site_text.SURVEY, survey(truth, quick=quick, seed=seed))
    tell(2, 4)
    cell = QUICK_CELL if quick else CELL
    for name, z, text in (
        (site_text.EARLIER, truth.earlier, "Synthetic demo mine, survey of 2019"),
        (site_text.DESIGN, truth.designed, "Synthetic demo mine, design of 2026"),
    ):
        write_heights(sources / name, thinned(z, frame, cell), cell, text)
    write_parcels(sources / site_text.PARCELS, truth)
    tell(3, 4)
    write_climate(sources / site_text.CLIMATE, seed)
    write_day(sources / site_text.READINGS, seed)
    (sources / "README.txt").write_text(README, encoding="utf-8")
    _dump(scenarios / "plan.yaml", site_text.plan())
    _dump(folder / "site.yaml", site_text.site_config(cell))
    tell(4, 4)
    return folder


def _dump(path: Path, data: dict[str, Any]) -> None:
    text = yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """Writes repeated blocks in full: anchors are not for people."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never use an anchor."""
        return True
