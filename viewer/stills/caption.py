"""What a picture must say: title, reference, sources, scale, north, colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..report.picture import table_of
from ..report.scales import round_down, ticks, written

INK, QUIET, MARGIN = (29, 43, 42), (91, 107, 104), 28
FONTS = (  # with Chinese letters, as systems name them
    "NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)


@dataclass(frozen=True)
class Caption:
    """Words of a picture; ``lines`` stand small under the title."""

    title: str
    lines: Sequence[str]
    unit: str = "m"


def captioned(
    drawn: NDArray[np.uint8],
    caption: Caption,
    scale: float,
    north: tuple[float, float],
    most: float | None,
) -> NDArray[np.uint8]:
    """Write on a picture (height, width, 3).

    scale  m a pixel across the picture
    north  where it points, to the right and up
    most   end of the colours, when values are shown
    """
    from PIL import Image, ImageDraw

    picture = Image.fromarray(drawn)
    pen = ImageDraw.Draw(picture)
    size = max(12, drawn.shape[0] // 55)
    pen.text((MARGIN, MARGIN), caption.title, fill=INK, font=_font(int(size * 1.6)))
    y = MARGIN + int(size * 2.4)
    for line in caption.lines:
        pen.text((MARGIN, y), line, fill=QUIET, font=_font(size))
        y += int(size * 1.45)
    _scale_bar(pen, picture.size, scale, size)
    _north(pen, picture.size, north, size)
    if most is not None:
        _colours(pen, picture.size, most, caption.unit, size)
    return np.asarray(picture)


def _font(size: int) -> Any:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _scale_bar(pen: Any, picture: tuple[int, int], scale: float, size: int) -> None:
    metres = round_down(0.22 * picture[0] * scale)
    length = metres / scale
    x, y = MARGIN, picture[1] - MARGIN - size
    half = x + length / 2
    pen.rectangle((x, y, half, y + size // 2), fill=INK)
    pen.rectangle((half, y, x + length, y + size // 2), outline=INK, width=1)
    label = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    pen.text((x, y - 1.6 * size), "0", fill=INK, font=_font(size))
    pen.text(
        (x + length, y - 1.6 * size), label, fill=INK, font=_font(size), anchor="ra"
    )


def _north(
    pen: Any, picture: tuple[int, int], north: tuple[float, float], size: int
) -> None:
    """An arrow as north lies in the picture, foreshortened as the ground is."""
    x, y = picture[0] - MARGIN - 3 * size, MARGIN + 4 * size
    reach = 3.0 * size
    tip = (x + reach * north[0], y - reach * north[1])
    tail = (x - reach * north[0], y + reach * north[1])
    pen.line((*tail, *tip), fill=INK, width=max(2, size // 6))
    side = np.array([-(tip[1] - tail[1]), tip[0] - tail[0]])
    side = side / max(float(np.hypot(*side)), 1e-9) * 0.45 * size
    back = np.array(tip) - 0.35 * (np.array(tip) - np.array(tail))
    corners = [tip, tuple(back + side), tuple(back - side)]
    pen.polygon([tuple(map(float, c)) for c in corners], fill=INK)
    at = (tip[0] + 0.9 * size * north[0], tip[1] - 1.1 * size * max(north[1], 0.3))
    pen.text(at, "N", fill=INK, font=_font(size), anchor="mm")


def _colours(
    pen: Any, picture: tuple[int, int], most: float, unit: str, size: int
) -> None:
    width, tall = 0.3 * picture[0], size
    x0, y = picture[0] - MARGIN - width - size, picture[1] - MARGIN - 2.4 * size
    table = table_of("vik")
    for i, colour in enumerate(table):
        a, b = (x0 + width * k / len(table) for k in (i, i + 1))
        pen.rectangle((a, y, b, y + tall), fill=tuple(int(c) for c in colour))
    marks = ticks(-most, most, 7)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for value in marks:
        x = x0 + width * (value + most) / (2 * most)
        pen.line((x, y + tall, x, y + 1.3 * tall), fill=INK)
        text = written(value, step, sign=True)
        pen.text((x, y + 2.0 * tall), text, fill=INK, font=_font(size), anchor="mm")
    pen.text(
        (x0 + width, y - 0.4 * size), unit, fill=INK, font=_font(size), anchor="rb"
    )
