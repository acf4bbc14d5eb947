"""Write the colour maps of viewer and reports from cmcrameri, as 64 hex colours.

Run by hand when a map is added: ``python viewer/web/scripts/colours.py``. The maps are
Scientific colour maps by Fabio Crameri (doi 10.5281/zenodo.1243862), MIT licence.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cmcrameri import cm

SEQUENTIAL_LIGHT_TO_DARK = ("lajolla", "bamako", "devon", "grayC", "davos", "acton")
SEQUENTIAL = ("batlow", "turku", "oslo", "lapaz")
DIVERGING = ("vik", "roma", "broc", "cork")
CYCLIC = ("romaO",)
LAND = ("oleron",)  # its upper half only: no mine lies below the sea in these colours
ENTRIES = 64
OF_REPORTS = ("vik",)
DARKEST = {"lajolla": 0.2, "grayC": 0.15}  # left out: near black hides the relief

HEAD = '''/**
 * Colour maps, written by scripts/colours.py: do not edit.
 *
 * Scientific colour maps 8 by Fabio Crameri, doi 10.5281/zenodo.1243862, MIT licence,
 * Copyright (c) 2023 Fabio Crameri. Perceptually uniform and safe for colour-blind
 * readers. Maps of amounts run from light to dark, so that more is darker; of oleron
 * only the part above the sea.
 */
export const ENTRIES = {entries};

/** {entries} colours of six hex digits each. */
export const COLOUR_MAPS: Readonly<Record<string, string>> = {{
'''


PYTHON = '''"""Colour maps of reports; viewer/web/scripts/colours.py writes them.

Scientific colour maps 8 by Fabio Crameri, doi 10.5281/zenodo.1243862, MIT licence,
Copyright (c) 2023 Fabio Crameri.
"""

COLOUR_MAPS = {{
{maps}}}
'''


def hexes(name: str, *, light_to_dark: bool, start: float) -> str:
    """Colours of one map, turned when it should run the other way."""
    rgb = getattr(cm, name)(np.linspace(start, 1, ENTRIES))[:, :3]
    dark_first = rgb[0].sum() < rgb[-1].sum()
    if light_to_dark and dark_first:
        rgb = rgb[::-1]
    codes = np.rint(rgb * 255).astype(int)
    return "".join(f"{r:02x}{g:02x}{b:02x}" for r, g, b in codes)


def main() -> None:
    """Write the table."""
    lines = [HEAD.format(entries=ENTRIES)]
    maps = []
    for name in SEQUENTIAL_LIGHT_TO_DARK + SEQUENTIAL + DIVERGING + CYCLIC + LAND:
        colours = hexes(
            name,
            light_to_dark=name in SEQUENTIAL_LIGHT_TO_DARK,
            start=0.503 if name in LAND else DARKEST.get(name, 0.0),
        )
        lines.append(f'  {name}:\n    "{colours}",\n')
        if name in OF_REPORTS:
            cut = [colours[i : i + 72] for i in range(0, len(colours), 72)]
            text = "".join(f'        "{part}"\n' for part in cut)
            maps.append(f'    "{name}": (\n{text}    ),\n')
    lines.append("};\n")
    target = Path(__file__).resolve().parents[1] / "src" / "colours.ts"
    target.write_text("".join(lines), encoding="utf-8", newline="\n")
    target = Path(__file__).resolve().parents[2] / "report" / "colours.py"
    target.write_text(
        PYTHON.format(maps="".join(maps)), encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    main()
