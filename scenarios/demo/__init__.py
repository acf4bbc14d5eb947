"""A synthetic open-cut coal mine in loess country, as a user's own survey files."""

from .make import make_demo
from .truth import Truth, demo_truth

__all__ = ["Truth", "demo_truth", "make_demo"]
