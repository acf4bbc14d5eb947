"""A site: a folder with site.yaml, surfaces, layers, readings, scenarios and runs."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import StoreError
from .grid import Grid
from .hashing import sha256_of
from .readings import Sensor
from .site_config import SiteConfig
from .site_file import dump_yaml, load_yaml

CONFIG, BUILT = "site.yaml", "site.built.json"


@dataclass(frozen=True)
class Built:
    """What ``minetwin build`` made of the user's files.

    grid      ``Grid.to_dict()`` of the one grid of the site
    surfaces  ids, oldest first
    inputs    {"path", "sha256"} of every file that was read, relative to the site
    synthetic true for the demo mine; shown everywhere
    """

    grid: Mapping[str, Any]
    surfaces: tuple[str, ...] = ()
    inputs: tuple[Mapping[str, str], ...] = ()
    synthetic: bool = False

    def save(self, folder: Path) -> None:
        """Write site.built.json whole or not at all."""
        draft = folder / f"{BUILT}.part"
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(folder / BUILT)

    @classmethod
    def load(cls, folder: Path) -> Built | None:
        """Read site.built.json; None before the first build."""
        path = folder / BUILT
        if not path.is_file():
            return None
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                grid=Grid.from_dict(data["grid"]).to_dict(),
                surfaces=tuple(data["surfaces"]),
                inputs=tuple(data["inputs"]),
                synthetic=bool(data["synthetic"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{path}: damaged ({error}); run: minetwin build {folder}"
            ) from error


@dataclass(frozen=True)
class Site:
    """A site on disk; opening reads site.yaml and site.built.json, no data."""

    folder: Path
    config: SiteConfig
    built: Built | None

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Site:
        """Open a site folder; one message when its site.yaml cannot be used."""
        path = Path(folder)
        return cls(path, load_site_config(path / CONFIG), Built.load(path))

    def grid(self) -> Grid:
        """Return the one grid of the site; StoreError before the first build."""
        if self.built is None:
            raise StoreError(
                f"{self.folder}: the site is not built yet; "
                f"run: minetwin build {self.folder}"
            )
        return Grid.from_dict(self.built.grid)

    @property
    def surfaces_dir(self) -> Path:
        """One folder a surface."""
        return self.folder / "surfaces"

    @property
    def layers_dir(self) -> Path:
        """Parcels and monthly climate."""
        return self.folder / "layers"

    @property
    def runs_dir(self) -> Path:
        """One folder a run."""
        return self.folder / "runs"

    @property
    def scenarios_dir(self) -> Path:
        """Scenario files."""
        return self.folder / "scenarios"

    @property
    def readings_path(self) -> Path:
        """SQLite file of the readings."""
        return self.folder / "readings" / "readings.sqlite"

    def path(self, name: str) -> Path:
        """Return a file that site.yaml names, relative to the site folder."""
        return self.folder / name

    def sensors(self) -> tuple[Sensor, ...]:
        """Return the sensors that site.yaml declares."""
        return tuple(
            Sensor(
                id=s.id,
                label=s.label or s.id,
                label_zh=s.label_zh or s.label or s.id,
                x=s.x,
                y=s.y,
                var=s.var,
                unit=s.unit,
                stale_after_s=s.stale_after,
                owner=s.owner,
            )
            for s in self.config.sensors
        )

    def runs(self) -> list[Path]:
        """Folders of the runs that have a manifest, by name."""
        return sorted(path.parent for path in self.runs_dir.glob("*/manifest.json"))

    def changed_inputs(self) -> list[str]:
        """Name the files that differ from those the site was built from."""
        inputs = self.built.inputs if self.built else ()
        return [
            entry["path"]
            for entry in inputs
            if not self.path(entry["path"]).is_file()
            or sha256_of(self.path(entry["path"])) != entry["sha256"]
        ]

    def _elsewhere(self) -> list[str]:
        """Names of the runs whose cells lie elsewhere than those of the site now."""
        from .store import Run

        found = []
        for folder in self.runs() if self.built else ():
            try:
                apart = Run.open(folder).lay.differences(self.grid())
            except (StoreError, KeyError):
                continue  # damaged: minetwin check and Run.open say so
            if apart:
                found.append(folder.name)
        return found

    def _facts(self) -> list[tuple[str, str]]:
        config = self.config
        size = "not built yet: minetwin build"
        if self.built is not None:
            grid = self.grid()
            size = f"{grid.shape[0]} x {grid.shape[1]} cells of {grid.cell:g} m"
        surfaces = self.built.surfaces if self.built else ()
        runs = ", ".join(path.name for path in self.runs())
        elsewhere = ", ".join(self._elsewhere())
        facts = [
            ("folder", str(self.folder)),
            ("synthetic", "yes, made up" if config.synthetic else "no"),
            ("crs", f"{config.crs}, heights {config.vertical}"),
            ("grid", size),
            ("surfaces", ", ".join(surfaces) or "none"),
            ("sensors", ", ".join(s.id for s in config.sensors) or "none"),
            ("feeds", ", ".join(config.feed_ids) or "none"),
            ("runs", runs or "none"),
        ]
        if elsewhere:
            facts.append(("other grid", f"{elsewhere}; see minetwin check"))
        return facts

    def __repr__(self) -> str:
        lines = [f"Site {self.config.name} {self.config.name_zh}".rstrip()]
        lines += [f"├── {key:<10} {value}" for key, value in self._facts()]
        lines[-1] = lines[-1].replace("├", "└")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(key)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for key, value in self._facts()
        )
        title = html.escape(f"{self.config.name} {self.config.name_zh}".strip())
        return f"<table><caption>{title}</caption>{rows}</table>"


def load_site_config(path: Path) -> SiteConfig:
    """Read site.yaml; one message with file, line, key, why and how to mend it."""
    return load_yaml(path, SiteConfig)


def dump_site_config(config: SiteConfig, path: Path) -> None:
    """Write site.yaml so that loading it gives an equal config."""
    path.write_text(dump_yaml(config), encoding="utf-8")
