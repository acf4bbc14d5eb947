"""Decisions that no other beats on every aim, found by NSGA-II."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario, MissingExtra

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Aims to make small, over numbers between limits.

    lower, upper  limits of the decisions, (k,) each
    aims          decisions (n, k) -> aims (n, m), all to be made small
    """

    lower: Numbers
    upper: Numbers
    aims: Callable[[Numbers], Numbers]
    count: int

    def __post_init__(self) -> None:
        """Refuse limits that hold nothing."""
        if self.lower.shape != self.upper.shape or self.lower.ndim != 1:
            raise BadScenario(
                f"limits of decisions: shapes {self.lower.shape} and "
                f"{self.upper.shape}; give one lower and one upper limit for each"
            )
        if not bool((self.lower < self.upper).all()):
            which = int(np.argmin(self.lower < self.upper))
            raise BadScenario(
                f"limits of decision {which + 1}: {self.lower[which]:g} is not below "
                f"{self.upper[which]:g}"
            )


@dataclass(frozen=True)
class Front:
    """Decisions (n, k) and their aims (n, m), in the order of the first aim."""

    decisions: Numbers
    aims: Numbers


def search(problem: Problem, *, population: int, generations: int, seed: int) -> Front:
    """Front that NSGA-II finds; the same seed gives the same front.

    Crossover by simulated binary (eta 15) and polynomial mutation (eta 20), as pymoo
    sets them. Deb et al. 2002, IEEE Transactions on Evolutionary Computation 6:182.
    """
    nsga2, minimize, vectorised = _library()
    asked = vectorised(problem)
    found = minimize(
        asked,
        nsga2(pop_size=population),
        ("n_gen", generations),
        seed=seed,
        verbose=False,
    )
    decisions, aims = np.atleast_2d(found.X), np.atleast_2d(found.F)
    order = np.lexsort(aims.T[::-1])
    return Front(decisions[order], aims[order])


def _library() -> tuple[Any, Any, Callable[[Problem], Any]]:
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem as Asked
        from pymoo.optimize import minimize
    except ImportError as error:
        raise MissingExtra(
            "the search for the best plans needs pymoo, which is not installed; "
            "install it with pip install 'minetwin[plans]'"
        ) from error

    def vectorised(problem: Problem) -> Any:
        def evaluate(
            _asked: Any, x: Numbers, out: dict[str, Any], *_: Any, **__: Any
        ) -> None:
            out["F"] = problem.aims(x)

        kind = type("Decisions", (Asked,), {"_evaluate": evaluate})
        return kind(
            n_var=problem.lower.size,
            n_obj=problem.count,
            xl=problem.lower,
            xu=problem.upper,
        )

    return NSGA2, minimize, vectorised
