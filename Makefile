# What people and workflows type. `make help` lists it; options go through ARGS="…".
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.venv/.uv-cache

.PHONY: help setup lock lint test test-system rehearse rehearse-rollback serve revision review review-rules \
	bench-app bench-migrations bench-review campaign-autogenerate campaign-faults campaign-hook campaign-relay \
	campaign-schedules campaign-verdicts

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 20

setup: ## make .venv (and nothing outside the checkout)
	@$(PYTHON) scripts/set_up.py

test: setup ## all tests that need a package index only (ARGS="-k name")
	@$(BIN)/pytest -n auto --dist worksteal -m "not system" $(ARGS)

test-system: setup ## the tests that need system packages, or take the whole machine for a while
	@$(BIN)/python scripts/check_system_packages.py
	@$(BIN)/pytest -m system $(ARGS)

rehearse: setup ## deploy and migrate, by deploy.yml itself, against a local AWS (ARGS="--from REF --with-tests -v")
	@$(BIN)/python scripts/rehearse.py deploy $(ARGS)

rehearse-rollback: setup ## deploy, then undo it by rollback.yml, in both modes
	@$(BIN)/python scripts/rehearse.py rollback $(ARGS)

serve: setup ## deploy and leave everything running; prints the URL (ARGS="--port 8000")
	@$(BIN)/python scripts/rehearse.py serve $(ARGS)

bench-migrations: setup ## what migrating costs and spares, drawn into docs/benchmarks (ARGS="--rows 10000")
	@$(BIN)/python scripts/bench_migrations.py $(ARGS)

bench-review: setup ## how long the review takes, and how often it cries wolf, into docs/benchmarks (ARGS="--revisions 50")
	@$(BIN)/python scripts/bench_review.py $(ARGS)

bench-app: setup ## how much the app takes in, how soon it starts, how large it is, into docs/benchmarks (ARGS="--no-package")
	@$(BIN)/python scripts/bench_app.py $(ARGS)

campaign-faults: setup ## harm a deploy in five ways at each of its commits, in the local AWS (ARGS="-k killed")
	@$(BIN)/python scripts/campaign_faults.py $(ARGS)

campaign-hook: setup ## 100,000 bodies that nobody meant, sent to the hook: no error, bounded memory (BODIES=1000)
	@BODIES=$${BODIES:-100000} $(BIN)/pytest --timeout 14400 tests/yt_pubsub_handler/websub/test_fuzzing.py $(ARGS)

campaign-relay: setup ## 10,000 notifications, drains that are killed, a Reddit that misbehaves, PostgreSQL cut off
	@NOTIFICATIONS=10000 $(BIN)/pytest -n 0 --timeout 14400 tests/yt_pubsub_handler/posting/campaign $(ARGS)

campaign-schedules: setup ## 200 random schedules of upgrades, downgrades, kills, freezes and cancels
	@SCHEDULES=200 $(BIN)/pytest --timeout 14400 tests/yt_pubsub_handler/migration/faults/test_schedules.py $(ARGS)

campaign-autogenerate: setup ## every change of a model that Flask-Migrate writes wrong or not at all, reviewed, and its safe form
	@AUTOGENERATE=all $(BIN)/pytest -n auto --timeout 14400 tests/pipeline/review/proving/autogenerate $(ARGS)

campaign-verdicts: setup ## 80 revisions, run, against the verdicts that were written down before (ARGS="-k index")
	@VERDICTS=all $(BIN)/pytest -n auto --timeout 1800 tests/pipeline/review/proving/test_verdicts.py $(ARGS)

revision: setup ## write a revision from the models, against a throwaway PostgreSQL (m="what it does")
	@$(BIN)/python scripts/write_revision.py "$(m)"

review: setup ## what the revisions that main does not have would do in production: read, and run (ARGS="--all --fix")
	@$(BIN)/python scripts/review_revisions.py $(ARGS)

review-rules: setup ## write docs/review-rules.md from the review's rules and their examples
	@$(BIN)/python scripts/write_review_rules.py $(ARGS)

lint: setup ## ruff, mypy, and what lints workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/zizmor --quiet --offline --persona=auditor .github/workflows
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml

lock: setup ## write requirements/*.txt from the *.in files (ARGS="--upgrade" for newer versions)
	@for name in app dev lambda node uv; do $(BIN)/uv pip compile --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --quiet $(ARGS) \
		requirements/$$name.in -o requirements/$$name.txt; done
