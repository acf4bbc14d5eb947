"""Put one more ground on a site's timeline: its files, a line in site.yaml, a build."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twin.errors import InputError
from twin.hashing import sha256_of
from twin.site import CONFIG, Site, load_site_config
from twin.site_edit import with_item, with_key

from .build import build

SOURCES = "sources"
Progress = Callable[[int, int], None]


def add_survey(
    folder: Path,
    files: Sequence[Path],
    settings: dict[str, Any],
    progress: Progress | None = None,
) -> str:
    """Add a survey, design or as-built ground to a site and build it; return its id.

    files     files of one survey; those outside the site are copied to its sources/
    settings  fields of ``Survey`` but ``file``

    The grid of a site that was built stays as it is: its extent is written down, so
    that earlier surfaces and runs keep their cells. When the file cannot be used,
    site.yaml and sources/ are as they were.
    """
    site = Site.open(folder)
    path = folder / CONFIG
    before = path.read_bytes()
    copies: list[Path] = []
    try:
        names = [_within(site, file, copies) for file in files]
        stated = {k: v for k, v in settings.items() if v is not None}
        entry = {"file": names[0] if len(names) == 1 else names, **stated}
        text = before.decode("utf-8-sig")
        if site.built is not None and site.config.extent is None:
            text = with_key(text, "extent", [float(v) for v in site.grid().bounds])
        path.write_text(with_item(text, "surveys", entry), encoding="utf-8")
        surface = load_site_config(path).surveys[-1].surface_id
        build(folder, progress)
    except BaseException:
        path.write_bytes(before)
        for copy in copies:
            copy.unlink(missing_ok=True)
        raise
    return surface


def _within(site: Site, file: Path, copies: list[Path]) -> str:
    """Name of a file relative to the site; a file from elsewhere is copied."""
    if not file.is_file():
        raise InputError(f"{file}: there is no such file; check the path")
    home = site.folder.resolve()
    here = file.resolve()
    if here.is_relative_to(home):
        return here.relative_to(home).as_posix()
    place = home / SOURCES / file.name
    if place.exists():
        if sha256_of(place) == sha256_of(file):
            return place.relative_to(home).as_posix()
        raise InputError(
            f"{place}: another file of that name is there already; rename {file}"
        )
    place.parent.mkdir(exist_ok=True)
    copies.append(place)
    shutil.copyfile(file, place)
    return place.relative_to(home).as_posix()
