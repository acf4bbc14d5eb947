"""Write the reference pages from what the code declares, so that they cannot drift."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from twin.process import parameters
from twin.vocabulary import VOCABULARY


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _vocabulary() -> str:
    rows = (
        (f"`{v.name}`", v.unit, v.unit_shown, v.kind, v.label, v.label_zh, v.source)
        for v in VOCABULARY.values()
    )
    head = ("name", "unit", "shown in", "kind", "label", "标签", "source")
    return "# Vocabulary\n\nEvery quantity of the twin, declared once.\n\n" + _table(
        head, rows
    )


def _parameter_rows(process: type[Any]) -> Iterable[Sequence[object]]:
    for p in parameters(process):
        bounds = f"{p.get('low')} to {p.get('high')}"
        mark = "yes" if p.get("verified") else "unverified"
        yield (
            f"`{p['name']}`",
            p["default"],
            p.get("unit", ""),
            bounds,
            p.get("label", ""),
            p.get("source", ""),
            mark,
        )


def _process(name: str, process: type[Any], cases: Sequence[Any]) -> str:
    """The page of one process, from its declaration and the cases that check it."""
    facts = _table(
        ("", ""),
        (
            ("reads", _names(process.reads)),
            ("writes", _names(process.writes)),
            ("adds to", _names(process.adds)),
            ("scope, every", f"{process.scope}, {process.every}"),
            ("source", process.source),
        ),
    )
    head = ("parameter", "default", "unit", "range", "meaning", "source", "checked")
    rows = list(_parameter_rows(process))
    settings = _table(head, rows) if rows else "No parameters."
    checks = _table(
        ("case", "what", "origin", "kind"),
        ((f"`{c.name}`", c.title, c.origin, c.kind) for c in cases),
    )
    return (
        f"# {name}\n\n{_prose(inspect.getdoc(process) or '')}\n\n{facts}\n\n"
        f"## Parameters\n\n{settings}\n\n## Checked by\n\n{checks}\n\n"
        "`minetwin reference` runs these cases.\n"
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in names) or "nothing"


def _prose(text: str) -> str:
    """Paragraphs of a docstring, with equations and limits set off."""
    made = []
    for part in text.split("\n\n"):
        label, colon, rest = part.partition(": ")
        if colon and label in ("Equation", "Validity"):
            rest = " ".join(rest.split())
            code = label == "Equation"
            made.append(f"**{label}.** " + (f"`{rest}`" if code else rest))
        elif "  " in part:
            made.append(f"```text\n{part}\n```")
        else:
            made.append(part.replace("``", "`"))
    return "\n\n".join(made)


def _process_pages() -> dict[str, str]:
    """Page by process."""
    register = importlib.import_module("twin.processes.register").PROCESSES
    reference = importlib.import_module("scenarios.reference.case")
    files = importlib.import_module("scenarios.reference.runner").case_files([])
    cases = [reference.read_case(path) for path in files]
    return {
        name: _process(name, kind, [c for c in cases if name in reference.covered(c)])
        for name, kind in sorted(register.items())
    }


def _processes() -> str:
    register = importlib.import_module("twin.processes.register").PROCESSES
    rows = (
        (f"[{name}](processes/{name}.md)", _first(kind), kind.every, kind.source)
        for name, kind in sorted(register.items())
    )
    listed = "\n".join(f"processes/{name}" for name in sorted(register))
    return (
        "# Processes\n\nEach is one mechanism in one file, with its equation, limits, "
        "parameters and the cases that check it. A value whose source was not read is "
        "marked *unverified*.\n\n"
        + _table(("process", "what", "every", "source"), rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```"
    )


def _first(kind: type[Any]) -> str:
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")


def _cases() -> str:
    reference = importlib.import_module("scenarios.reference.case")
    runner = importlib.import_module("scenarios.reference.runner")
    rows = []
    for path in runner.case_files([]):
        case = reference.read_case(path)
        t = case.tolerance
        parts = [f"{t.absolute:g}"] if t.absolute else []
        parts += [f"{t.relative:g} relative"] if t.relative else []
        close = " + ".join(parts) or "exact"
        gates = "yes" if case.verified else "no, unverified"
        rows.append(
            (f"`{case.name}`", case.title, case.origin, close or "exact", gates)
        )
    head = ("case", "what", "origin", "tolerance", "gates")
    return (
        "# Reference cases\n\nNumbers that others published, peers computed or closed "
        "forms give. `minetwin reference` runs them all and prints the differences.\n\n"
        + _table(head, rows)
    )


def _plants() -> str:
    types = importlib.import_module("twin.processes.plant_types")
    facts = _table(
        ("parameter", "unit", "range", "prior", "meaning", "说明"),
        (
            (f"`{p.name}`", p.unit, f"{p.low:g} to {p.high:g}", p.prior, p.label,
             p.label_zh)
            for p in types.PARAMETERS.values()
        ),
    )  # fmt: skip
    parts = [
        "# Plant types\n\nWritten from `twin/processes/plant-table`. The interval "
        "holds 95 % of the prior. A value whose source was not read is *unverified*."
        "\n\n"
        f"{facts}\n\n## Metals\n\nAvailable content up to which growth is not "
        f"limited, before the type's tolerance.\n\n{_known(types.METAL_LIMITS, {})}"
    ]
    for plant in types.PLANT_TYPES.values():
        known = {key: getattr(plant, key) for key in types.PARAMETERS}
        units = {key: p.unit for key, p in types.PARAMETERS.items()}
        parts.append(
            f"## {plant.name}\n\n{plant.label} · {plant.label_zh}, a {plant.form}: "
            f"*{plant.species}*."
            f"\n\n{_known(known, units)}"
        )
    return "\n\n".join(parts)


def _known(values: Any, units: dict[str, str]) -> str:
    rows = (
        (f"`{key}`", f"{v.value:g}", f"{v.low:g} to {v.high:g}",
         units.get(key, "mg kg-1"), v.source, "yes" if v.verified else "unverified")
        for key, v in values.items()
    )  # fmt: skip
    return _table(("", "value", "95 %", "unit", "source", "checked"), rows)


def _doses(row: dict[str, Any]) -> str:
    head = ("dose", "default", "unit", "range", "meaning", "source", "checked")
    rows = [
        (
            f"`{d['name']}`",
            "required" if d["default"] is ... else d["default"],
            d.get("unit", ""),
            f"{d['low']} to {d['high']}",
            d["label"],
            d.get("source", ""),
            "yes" if d.get("verified") else "unverified",
        )
        for d in row["doses"]
    ]
    return _table(head, rows) if rows else "No dose."


def _measures() -> str:
    catalogue = importlib.import_module("scenarios.interventions.register").catalogue()
    parts = ["# Measures\n\nWhat a scenario may do to the ground."]
    for row in catalogue:
        changed = ", ".join(f"`{t}`" for t in row["targets"]) or "nothing"
        parts.append(
            f"## {row['name']}\n\n{row['label']} · {row['label_zh']}. "
            f"Changes {changed}. Source: {row['source']}.\n\n{_doses(row)}"
        )
    return "\n\n".join(parts)


def _commands() -> str:
    click = importlib.import_module("typer.main").get_command(
        importlib.import_module("minetwin")._app()
    )
    parts = ["# Commands"]
    for name, command in _flat(click.commands):
        words = [
            f"[{p.opts[0]}]" if p.param_type_name == "option" else p.name.upper()
            for p in command.params
        ]
        text = inspect.cleandoc(command.help or "")
        parts.append(f"## {name}\n\n`minetwin {name} {' '.join(words)}`\n\n{text}")
    return "\n\n".join(parts)


def _flat(commands: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Commands and those of groups, by the words that people type."""
    for name, command in commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {word}", each) for word, each in inner.items())


def _designs() -> str:
    operators = importlib.import_module("twin.design.operators").OPERATORS
    parts = [
        "# Design operators\n\nWhat `minetwin design` makes of a ground. Each is a "
        "function of `twin.design` on a Surface; its docstring has the equations and "
        "where they stop being true."
    ]
    for o in operators.values():
        rows = [
            (
                f"`{n.name}`",
                "required" if n.required else n.absent or n.default,
                n.unit,
                f"{n.low:g} to {n.high:g}",
                n.label,
                n.label_zh,
                n.source,
            )
            for n in o.numbers
        ]
        head = ("number", "default", "unit", "range", "meaning", "说明", "source")
        numbers = _table(head, rows) if rows else "No numbers."
        parts.append(
            f"## {o.name}\n\n{o.label} · {o.label_zh}. Drawn: {', '.join(o.places)}. "
            f"Source: {o.source}.\n\n{numbers}"
        )
    return "\n\n".join(parts)


def _fields(model: Any) -> str:
    schema = model.model_json_schema()
    rows = (
        (
            f"`{key}`",
            "required"
            if key in schema.get("required", ())
            else field.get("default", ""),
            field.get("description") or field.get("title", ""),
        )
        for key, field in schema["properties"].items()
    )
    return _table(("key", "default", "what"), rows)


def _files() -> str:
    site = importlib.import_module("twin.site").SiteConfig
    scenario = importlib.import_module("scenarios.scenario").Scenario
    return (
        f"# Files that people write\n\n## site.yaml\n\n{_fields(site)}\n\n"
        f"## A scenario\n\n{_fields(scenario)}"
    )


def _errors() -> str:
    tree = inspect.getdoc(importlib.import_module("twin.errors")) or ""
    return f"# Errors\n\n```text\n{tree}\n```\n"


def write_reference(folder: Path) -> None:
    """Write every generated page into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "vocabulary": _vocabulary,
        "processes": _processes,
        "cases": _cases,
        "plants": _plants,
        "measures": _measures,
        "designs": _designs,
        "commands": _commands,
        "files": _files,
        "errors": _errors,
    }
    (folder / "processes").mkdir(exist_ok=True)
    for name, text in _process_pages().items():
        (folder / "processes" / f"{name}.md").write_text(text, encoding="utf-8")
    for name, make in pages.items():
        (folder / f"{name}.md").write_text(make() + "\n", encoding="utf-8")
