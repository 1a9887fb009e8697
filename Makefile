# Everything on a fresh machine with Python 3.11+ and make: `make demo`, `make test`.
PYTHON ?= python3
VENV ?= .venv
# Windows has another name for the folder of programs.
PROGRAMS = $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN = $(VENV)/$(PROGRAMS)
LOWEST = .venv-lowest
DEMO_DB = demo/carvsdb.duckdb

.PHONY: demo demo-learn test test-slow test-lowest reference docs notebooks notebooks-check page page-check lint ruff-check ruff-format mypy floors audit format bench clean

# The environment is made once and again when the dependencies change.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "carvsdb needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group test --group lint
	# The structures only: its dependencies (pymatgen, pandas) serve its own loader.
	$(BIN)/python -m pip install --quiet --no-deps core-mof==2019.1
	touch $@

demo: $(VENV)/.installed
	mkdir -p demo
	$(BIN)/carvsdb ingest --source exact-nets --db $(DEMO_DB)
	$(BIN)/carvsdb generate wooten-winer-weaire --nodes 1000 --seed 1 -o demo/amorphous.cgd --force
	$(BIN)/carvsdb ingest demo/amorphous.cgd --db $(DEMO_DB)
	$(BIN)/carvsdb describe demo/amorphous.cgd
	$(BIN)/carvsdb similar amorphous -k 5 --db $(DEMO_DB)
	$(BIN)/carvsdb distance amorphous dia mtn zni --db $(DEMO_DB)
	$(BIN)/carvsdb embed fit --method umap --plot demo/map.png --force --db $(DEMO_DB)
	$(BIN)/carvsdb explore -o demo/map.html --force --db $(DEMO_DB)
	$(BIN)/carvsdb refine backmap sod --linker imidazolate --metal Zn --seed 1 -o demo/zif.data --force
	$(BIN)/carvsdb describe demo/zif.data --geometry

# A potential that learns while it refines: amorphous silicon from nothing. Ends with 8 if it has not converged.
demo-learn: $(VENV)/.installed
	$(BIN)/python benchmarks/learn_silicon.py demo/learn --atoms 64 --melt 1000 --quench 9000 --cool 1500 --moves 6000 --functions 80 --cutoff 5 --anneal 0.3

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 -m "not slow"

# What takes a minute for one test, such as a network of 1,000 nodes.
test-slow: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 -m slow

# The stated minimum of each dependency, with Python 3.11. What it says of its own future is no failure.
test-lowest: $(LOWEST)/.installed
	$(LOWEST)/$(PROGRAMS)/python -m pytest -n 2 -m "not slow" -W ignore::DeprecationWarning

$(LOWEST)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "the lowest versions are those for Python 3.11; set PYTHON=...")'
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/$(PROGRAMS)/python -m pip install --quiet --upgrade pip uv
	$(LOWEST)/$(PROGRAMS)/uv pip compile --quiet --resolution lowest-direct --extra all pyproject.toml --output-file $(LOWEST)/lowest.txt
	$(LOWEST)/$(PROGRAMS)/python -m pip install --quiet --constraint $(LOWEST)/lowest.txt --editable . --group test
	$(LOWEST)/$(PROGRAMS)/python -m pip install --quiet --no-deps core-mof==2019.1
	touch $@

lint: ruff-check ruff-format mypy floors

ruff-check: $(VENV)/.installed
	$(BIN)/ruff check .

ruff-format: $(VENV)/.installed
	$(BIN)/ruff format --check .

mypy: $(VENV)/.installed
	$(BIN)/mypy

floors: $(VENV)/.installed
	$(BIN)/lint-imports

# The explorer's page, from its sources; needs node 20 or newer and the network. `page-check` compares.
page:
	cd carvsdb/explorer/page && npm ci --ignore-scripts && npm run build

page-check:
	cd carvsdb/explorer/page && npm ci --ignore-scripts && npm run check

# The pages of all commands, and of all answers and tables, from the code.
reference: $(VENV)/.installed
	$(BIN)/python -m carvsdb.cli.reference > docs/commands.md
	$(BIN)/python -m carvsdb_schemas.reference_page > docs/schemas.md

# The documentation as a site, in site/; a dead link or a name that is gone is an error.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# The tutorials as notebooks, executed, with what they print; `notebooks-check` executes them and compares.
notebooks: $(VENV)/.docs
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/tutorial_notebooks.py

notebooks-check: $(VENV)/.docs
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/tutorial_notebooks.py --check

$(VENV)/.docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

# Known vulnerabilities of what is installed; asks a service in the network.
audit: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet "pip-audit>=2.7,<3"
	$(BIN)/pip-audit --skip-editable

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python benchmarks/rings.py
	$(BIN)/python benchmarks/keys.py
	$(BIN)/python benchmarks/refine.py

clean:
	rm -rf demo dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis
