# What a user of a fresh clone types. `make serve` and `make test` install first, once.

PYTHON ?= python3
BIN := .venv/bin
# Our pyright is the one in the lock file: no look-ups for newer ones.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_FORCE_VERSION :=
# Bytecode is kept, also where the environment says otherwise: tests start many processes, and pytest rewrites each assert.
export PYTHONDONTWRITEBYTECODE :=

# The other PostgreSQL that the store is tested on, where the machine has it.
POSTGRES_15 ?= /usr/lib/postgresql/15/bin

# Tests run side by side, a file at a time, each worker on a PostgreSQL of its own. Their order is ours: tests/slowest.py.
WORKERS ?= $(shell nproc 2> /dev/null || echo 2)
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: install serve faults bench-data bench-data-edges bench profile test test-postgres-15 check lint mypy pyright layers format lock

install:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Headwater needs Python 3.11 or newer; \
	install it, or name it: make install PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) .ci/install.py

serve: install
	@$(BIN)/headwater serve --sample

test: install check
	$(PYTEST)
	@$(MAKE) --no-print-directory test-postgres-15

test-postgres-15: install
	@if [ -x $(POSTGRES_15)/initdb ]; then \
		echo "The store's tests again, on the PostgreSQL in $(POSTGRES_15)"; \
		HEADWATER_TEST_POSTGRES_BIN=$(POSTGRES_15) $(PYTEST) tests/store --ignore tests/store/test_embedded.py; \
	else \
		echo "Not run: the store's tests on PostgreSQL 15, which is not in $(POSTGRES_15)"; \
	fi

# Both type checkers use one core each, for a minute.
check: install
	@$(MAKE) --no-print-directory --jobs 2 mypy pyright lint layers

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

mypy:
	$(BIN)/mypy

pyright:
	$(BIN)/pyright

layers:
	$(BIN)/lint-imports

# Plants faults in a copy of the code, one by one: each must turn the tests red.
faults: install
	$(BIN)/python -m tests.faults

# What the benchmarks measure: both real histories where they are, warehouses of 10^5, 10^6 and 10^7 facts, and a graph
# of a million edges. Built once (half an hour on two cores), and kept in the embedded PostgreSQL beside your own database.
bench-data: install
	$(BIN)/python -m benchmarks.databases

# A lineage of ten million edges: 20 minutes and 17 GB beside the rest, so it is asked for by name.
bench-data-edges: install
	$(BIN)/python -m benchmarks.lineage.building

bench: bench-data
	$(BIN)/python -m benchmarks

# Where the time of one request goes: HTTP, variables, plan, driver, PostgreSQL, response.
profile: bench-data
	$(BIN)/python -m benchmarks.profile

# Asks 20,000 random queries of the engine and of the model of its language: they must agree.
fuzz: install
	$(BIN)/python -m tests.fuzz

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv; installing what is locked does not.
LOCKING := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet
lock:
	$(LOCKING) --group build --output-file requirements.lock
	$(LOCKING) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
