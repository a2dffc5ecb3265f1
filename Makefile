# Everything a developer or CI runs. A machine needs Python 3.11 or newer, git and make; the rest comes by itself.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
EXTRAS := ingest classify alert local tracing
export UV_PYTHON_DOWNLOADS := never
# What stands in the caller's virtual environment is not ours to touch.
unexport VIRTUAL_ENV
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check fix lock generate train quality bench clean

help: ## print these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; say which: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.local: requirements/local.txt pyproject.toml | $(UV)
	@echo "Setting up (once) …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/local.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(UV)
	@echo "Setting up for development (once) …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@ $(VENV)/.local

setup: $(VENV)/.dev ## install everything for development into .venv, from the locks

demo: $(VENV)/.local ## the whole system on this machine, with sample news: watch alerts appear (Ctrl-C ends it)
	@CHOKEPOINT_HOME=$${CHOKEPOINT_HOME:-$(CURDIR)/.chokepoint/demo} $(BIN)/chokepoint up --demo

up: $(VENV)/.local ## the whole system on this machine, without sample news
	@$(BIN)/chokepoint up

test: $(VENV)/.dev ## every test, real Kafka and PostgreSQL included
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## what CI checks: format, lint, types, imports, generated files, locks
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m services.cli.generate --check

fix: $(VENV)/.dev ## format and mend what the linter can
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

# One lock for each extra and one for development: for every platform, with hashes and without addresses.
lock: | $(UV) ## write requirements/*.txt anew
	@for extra in $(EXTRAS) dev; do \
	  $(UV) pip compile pyproject.toml --quiet --extra $$extra --universal --generate-hashes --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(LOCK_ARGS) -o requirements/$$extra.txt || exit 1; \
	done

generate: $(VENV)/.dev ## write JSON Schemas, AsyncAPI and the compiled tables of goods and countries
	@$(BIN)/python -m services.cli.generate

train: $(VENV)/.dev ## learn the judgement's weights anew from the labelled texts in the repository
	@$(BIN)/python -m services.classify.train

quality: $(VENV)/.dev ## how well the labelled texts are read: make quality ARGS="FILE…" for others
	@$(BIN)/python -m services.classify.train quality $(ARGS)

bench: $(VENV)/.dev ## measure, each figure beside its baseline of the same run
	@$(BIN)/python -m tests.bench $(ARGS)

clean: ## remove what tools left behind (not .venv, not data)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
