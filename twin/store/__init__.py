"""The run store: Zarr v3, vouched for by a manifest."""

from .checkpoint import load as load_checkpoint
from .run import Run
from .writer import RunWriter

__all__ = ["Run", "RunWriter", "load_checkpoint"]
