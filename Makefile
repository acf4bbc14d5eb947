# Every target is a short call of a tool; Windows users can type the same lines.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
WEB    := viewer/web
NPM    := $(BIN)/python tests/tools/node.py

.PHONY: demo test check fast bench docs viewer wheel system clean

# --- things people do ---------------------------------------------------------

demo: viewer $(VENV)/warm ## build the demo mine, run plan and control, open the 3D view
	$(BIN)/minetwin demo

test: check viewer system docs  ## everything that CI runs
	$(NPM) run test
	$(BIN)/python -m pytest -q -n 2 --ignore=tests/system --ignore=tests/install
	$(BIN)/python -m pytest -q tests/install tests/system

check: $(VENV)/dev        ## format, lint, types, imports, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell twin connectors scenarios viewer/*.py viewer/web/src tests docs README.md minetwin.py

fast: $(VENV)/dev         ## pure functions and contracts, under a minute
	$(BIN)/python -m pytest -n 2 -q -m "not system and not shared and not install"

bench: $(VENV)/dev        ## speed, as ratios measured in one run; writes bench/results.json
	$(BIN)/python -m bench

docs: $(VENV)/dev         ## documentation, warnings are errors
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

viewer: viewer/static/index.html  ## the web app

wheel: viewer $(VENV)/dev ## build the wheel and try it in an empty environment
	$(BIN)/python -m pytest -q -m install tests/install

clean:
	rm -rf $(VENV) viewer/static $(WEB)/node_modules docs/_build dist

# --- how they come about ---------------------------------------------------------

$(VENV)/base: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) "pip>=25.1" hatchling
	$(PIP) -e .
	touch $@

$(VENV)/dev: $(VENV)/base
	$(PIP) -e .[all] --group dev
	touch $@

# kernels are compiled once and kept; a small run of everything compiles them all
$(VENV)/warm: $(VENV)/base
	@echo "compiling the kernels, once"
	$(BIN)/minetwin demo --quick --no-serve --out $(VENV)/warm-mine > $(VENV)/warm.log
	rm -rf $(VENV)/warm-mine
	touch $@

$(WEB)/node_modules/.package-lock.json: $(VENV)/base $(WEB)/package-lock.json
	$(NPM) ci --no-audit --no-fund --loglevel=error

viewer/static/index.html: $(WEB)/node_modules/.package-lock.json $(shell find $(WEB)/src $(WEB)/public $(WEB)/index.html $(WEB)/vite.config.ts -type f 2>/dev/null)
	$(NPM) run build
	touch $@

system: $(VENV)/base      ## Debian packages of the system tests, where we may install them
	$(BIN)/python tests/tools/system_packages.py
