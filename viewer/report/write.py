"""A change report to a file: HTML, or PDF with the extra that sets it."""

from __future__ import annotations

from pathlib import Path

from connectors.vector import read_parcels
from scenarios.ground_change import WHOLE, GroundChange
from twin.errors import InputError
from twin.site import Site

from .change_page import change_page
from .change_pdf import change_pdf
from .content import About, content_of
from .map_figure import Outline
from .words import Language

ENDINGS = (".html", ".pdf")


def write_report(
    found: GroundChange,
    site: Site,
    path: Path,
    *,
    command: str,
    parcels: Path | None = None,
    language: Language = "en",
) -> Path:
    """Write the report of a change; InputError for an ending that is no report's.

    parcels  the polygons that the rows are of, when they are not the site's
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path}: a report is written as {' or '.join(ENDINGS)}")
    config = site.config
    title = config.name_zh if language == "zh" and config.name_zh else config.name
    about = About(title, command, language, config.synthetic)
    told = content_of(found, _outlines(found, site, parcels, language), about)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = change_pdf(told) if ending == ".pdf" else change_page(told).encode()
    path.write_bytes(data)
    return path


def _outlines(
    found: GroundChange, site: Site, parcels: Path | None, language: Language
) -> list[Outline]:
    path = parcels or site.layers_dir / "parcels.gpkg"
    if not path.is_file():
        return []
    shown = {row.parcel for row in found.rows} - {WHOLE}
    return [
        Outline(p.id, p.label_zh if language == "zh" else p.label, p.geometry)
        for p in read_parcels(path, found.change.grid.crs)
        if p.id in shown
    ]
