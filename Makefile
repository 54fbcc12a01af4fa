# Everything there is to run. A fresh clone needs Python 3.11 or later, make and git.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
UV := $(BIN)/uv pip
INSTALL := $(UV) install --quiet --require-hashes --python $(BIN)/python
AUDIT := .venv/audit
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard */locale/*/LC_MESSAGES/django.po))

# Compiled modules are kept: without them each process of the demo reads pandas and scipy from source for seconds.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: runtime demo demo-reset setup test test-instants check style types layers map production translations mutants format lock bench
.PHONY: release-database sbom audit clean

runtime: .venv/runtime $(TRANSLATIONS) ## what a server without Docker needs

demo: runtime ## a seeded clinic on this machine, until Ctrl-C
	@exec env PORT=$(PORT) $(BIN)/python -m config.demo

demo-reset: ## forget the demo clinic; the next `make demo` seeds it again
	@rm -rf var

setup: .venv/development $(TRANSLATIONS) ## only prepare the environment

test: .venv/development $(TRANSLATIONS) ## everything, on SQLite and on PostgreSQL + Redis, with the browser when there is one
	@$(BIN)/python -m tests.suite

test-instants: .venv/development $(TRANSLATIONS) ## the same at each of the eight instants of tests/clock.py
	@$(BIN)/python -m tests.instants

check: .venv/development $(TRANSLATIONS) ## style, types, layers, their picture, migrations, production settings; two at a time
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types production layers map style

style: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development
	$(BIN)/mypy

layers: .venv/development
	$(BIN)/lint-imports

map: .venv/development
	$(BIN)/python -m tests.architecture.floors --check
	$(BIN)/python -m tests.architecture.index --check

production: .venv/development
	$(BIN)/python -m tests.deployment

translations: .venv/development ## after a change of words: the catalogues are brought up to date, and what they lack is told
	$(BIN)/python -m tests.translations

mutants: .venv/development var/reach/tests.json ## plants 80 faults, one at a time; says which the tests notice
	@$(BIN)/python -m tests.mutants plant --sample 80

var/reach/tests.json:
	@$(BIN)/python -m tests.mutants map -n auto --dist worksteal

format: .venv/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/development ## the figures in docs/performance.md
	$(BIN)/python -m tests.benchmarks

release-database: .venv/development ## what the next version is upgraded from in its tests; once, when a version is finished
	$(BIN)/python -m tests.upgrade.make tests/data/upgrade/$$($(BIN)/python -m config.version)

lock: .venv/development ## after a change of the dependencies in pyproject.toml
	$(UV) compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock
	$(UV) compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group audit -o requirements-audit.lock
	$(UV) compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -c requirements-dev.lock -o requirements.lock

sbom: $(AUDIT)/installed ## what the product is made of, as CycloneDX: var/sbom.json
	@mkdir -p var
	@$(AUDIT)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o var/sbom.json requirements.lock
	@echo "var/sbom.json: $$(grep -c '"purl"' var/sbom.json) packages"

audit: $(AUDIT)/installed ## known weaknesses of what the product is made of; asks pypi.org, and fails where that is not reached
	@$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock --progress-spinner off \
	    || { echo "Something is known, or pypi.org could not be asked of each package: see above." >&2; exit 1; }

clean: demo-reset
	rm -rf .venv

%.mo: %.po | .venv/runtime
	@$(BIN)/python -m config.translations $<

.venv/bootstrap: requirements-bootstrap.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@touch $@

# Apart from the rest, whose versions they must not choose.
$(AUDIT)/installed: .venv/bootstrap requirements-audit.lock
	@$(BIN)/uv venv --quiet --allow-existing $(AUDIT)
	@$(UV) install --quiet --require-hashes --python $(AUDIT)/bin/python -r requirements-audit.lock
	@touch $@

.venv/runtime: .venv/bootstrap requirements.lock
	@echo "Installing what Throughline runs on …"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/development: .venv/runtime requirements-dev.lock
	@echo "Installing what its tests need …"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
