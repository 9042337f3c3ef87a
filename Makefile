# What a user of a fresh clone types. `make serve` and `make test` install first, once.

PYTHON ?= python3
BIN := .venv/bin
# Our pyright is the one in the lock file: no look-ups for newer ones.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_FORCE_VERSION :=

.PHONY: install serve test check format lock

install:
	@$(PYTHON) .ci/install.py

serve: install
	@$(BIN)/headwater serve --sample

test: install check
	$(BIN)/pytest

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv; installing what is locked does not.
LOCKING := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet
lock:
	$(LOCKING) --group build --output-file requirements.lock
	$(LOCKING) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
