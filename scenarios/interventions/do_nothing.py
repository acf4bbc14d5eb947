"""Leave an area to itself: the measure that every plan is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from twin.process import Array

from .measure import Measure, Place, Record


class DoNothing(Measure):
    """Change nothing; names an area that is left to natural recovery on purpose."""

    record: ClassVar[Record] = Record(
        label="Do nothing",
        label_zh="不采取措施",
        targets=(),
        cost=(0.0, 0.0),
        cost_per="ha",
        emissions="none",
        source="by definition",
        verified=True,
    )
    measure: Literal["do_nothing"]

    def change(self, see: Mapping[str, Array], place: Place) -> dict[str, Array]:
        """Return nothing."""
        return {}
