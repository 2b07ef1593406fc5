# What people and workflows type. `make help` lists it; options go through ARGS="…".
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.venv/.uv-cache

.PHONY: help setup lock lint test rehearse rehearse-rollback serve

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 20

setup: ## make .venv (and nothing outside the checkout)
	@$(PYTHON) scripts/set_up.py

lock: setup ## write requirements/*.txt from the *.in files (ARGS="--upgrade" for newer versions)
	@for name in app dev lambda uv; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --quiet $(ARGS) requirements/$$name.in -o requirements/$$name.txt; done

lint: setup ## ruff, ruff format, mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: setup ## all tests that need PyPI only (ARGS="-k name")
	@$(BIN)/pytest -n auto $(ARGS)

rehearse: setup ## the whole deployment, on this machine (ARGS="--from REF --with-tests -v")
	@$(BIN)/python scripts/rehearse.py deploy $(ARGS)

rehearse-rollback: setup ## the same, then the workflow "Rollback migration" in both modes
	@$(BIN)/python scripts/rehearse.py rollback $(ARGS)

serve: setup ## the same as rehearse, left running (ARGS="--port 8000")
	@$(BIN)/python scripts/rehearse.py serve $(ARGS)
