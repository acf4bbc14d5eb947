"""The kernel: processes stepped month by month, with closed books."""

from .ledger import Ledger
from .model import Model
from .schedule import Event, Forcing, Month, Output
from .simulate import Outcome, Writer, diagnose, simulate

__all__ = [
    "Event",
    "Forcing",
    "Ledger",
    "Model",
    "Month",
    "Outcome",
    "Output",
    "Writer",
    "diagnose",
    "simulate",
]
