# Every target sets up what it needs; the second run installs nothing.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Byte code is kept in build/, whatever the environment says: without it every process that a test starts compiles the
# agent and its libraries anew (half of the collection's time, and a second a daemon).
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
export NODE_COMPILE_CACHE := $(CURDIR)/build/node

.PHONY: help setup demo play test test-again test-fast coverage lint format bench soak fuzz lock clean

help: ## Show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Virtual environment, locked dependencies, a browser
	@$(BIN)/python scripts/browser.py

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: setup ## The whole story on stand-ins, about twenty seconds
	@$(BIN)/sc-agent demo $(ARGS)

play: setup ## A Python prompt with a stand-in, a browser and an open visit
	@$(BIN)/python scripts/play.py $(ARGS)

# Each commit draws another sample of the matrices, so that in time all of it is seen; without a history it is the first.
test test-again: export SC_TEST_SEED := $(or $(SC_TEST_SEED),$(shell git rev-list --count HEAD 2>/dev/null),1)

test: setup ## The whole suite, with real servers: Dovecot, Cyrus, PostgreSQL
	@$(BIN)/python scripts/servers.py
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-again: setup ## What failed in the last run, alone and three times (four tests at most)
	@$(BIN)/python scripts/test_again.py

test-fast: setup ## The edit loop: rules, store, mail and recordings; no stand-in, no servers
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not soak and not live and not postgres and not slow" tests/unit tests/replay/player $(ARGS)

coverage: setup ## Which lines the edit loop's tests run, as a report in build/coverage
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --cov=agent --cov=flows --cov-report=html:build/coverage --cov-report=term:skip-covered tests/unit $(ARGS)

format: setup ## ruff's formatter and its safe fixes
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lint: setup ## ruff, mypy, import-linter, leak gate, JavaScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m fixtures.leak_gate.gate
	@$(BIN)/python scripts/javascript.py
	@$(BIN)/python scripts/javascript.py --check

bench: setup ## Ratios within one run, as a table and build/bench.json
	@$(BIN)/python scripts/servers.py
	@$(BIN)/python scripts/bench.py $(ARGS)

soak: setup ## Long fault runs and whole matrices; goes on where it was broken off; in parts with ARGS=tests/replay
	@$(BIN)/python scripts/servers.py
	@SC_TEST_ALL=1 SC_TEST_GRIDS=200 $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --timeout 3600 -m "not live" -p tests.support.in_parts -p tests.support.going_on --go-on build/soak.passed $(ARGS); ended=$$?; \
	[ ! -f build/fault-matrix.md ] || cat build/fault-matrix.md; exit $$ended

FUZZ_SECONDS ?= 300
fuzz: setup ## Fuzz the trust verdict for FUZZ_SECONDS
	@$(BIN)/python tests/fuzz/fuzz_trust.py -max_total_time=$(FUZZ_SECONDS) -max_len=20000

PRODUCTION_EXTRAS ?= oauth keyring build aws gcp azure onepassword otel
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: ## Renew both lock files (needs uv on the path)
	$(LOCK) --all-extras -o requirements.lock
	$(LOCK) $(addprefix --extra ,$(PRODUCTION_EXTRAS)) --constraint requirements.lock -o requirements-production.lock

clean: ## Remove what the targets made
	rm -rf $(VENV) .tools build dist
