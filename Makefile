# reproof: `make demo` shows the whole job, `make test` proves it. Each target sets up what it needs.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
READY := .venv/.ready
SHIM := src/reproof/recorder/native/shim.so
NATIVE := hatch_build.py $(wildcard src/reproof/recorder/native/*.[ch])

.PHONY: help setup engine check unit recorder integration test demo bench bench-capture bench-long bench-resolve bench-revive bench-store bench-match schema lock clean

help:  ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(READY)  ## make .venv with the locked dependencies and the package

$(READY): requirements-dev.txt pyproject.toml scripts/setup
	scripts/setup

# Sources of the preloaded library that are newer than it are compiled again, without a new environment.
$(SHIM): $(NATIVE) | $(READY)
	$(BIN)/python hatch_build.py

engine:  ## make sure that a Docker engine answers; on Debian as root, install and start one
	@scripts/engine --registry

check: $(READY) $(SHIM)  ## style, types, import directions, unit tests and the recorder's: no engine, no network
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory unit recorder

unit: $(READY)  ## the unit tests alone
	$(BIN)/pytest tests/unit -n auto $(ARGS)

recorder: $(READY) $(SHIM)  ## the recorder's tests, in real processes
	$(BIN)/pytest tests/recorder -n auto $(ARGS)

integration: $(READY) engine  ## the tests against a real engine and a real registry
	$(BIN)/pytest tests/integration -ra $(ARGS)

test: check integration  ## everything

demo: $(READY) engine  ## record a run, throw its environment away, rebuild, re-run, judge
	@scripts/demo

bench: $(READY) engine  ## the time of each stage for the three projects
	@scripts/bench

bench-capture: $(READY) $(SHIM)  ## what recording costs beside bare, strace and ReproZip, and what it sees of what strace sees
	@$(BIN)/python scripts/bench-capture
	@$(BIN)/python scripts/bench-run
	@$(BIN)/python scripts/recall

bench-resolve: $(READY)  ## old projects brought back from their date, beside plain uv and pip-compile (hours; goes on where it was stopped)
	@$(BIN)/python scripts/bench-resolve $(ARGS)

bench-revive: $(READY) engine  ## how many of the old projects in $(CORPUS) can be rebuilt and run from their date
	@$(BIN)/python scripts/bench-revive $(CORPUS)

bench-store: $(READY)  ## what one more run costs the store, in bytes and milliseconds
	@$(BIN)/python scripts/bench-store

bench-match: $(READY)  ## how long 150 packages take to be matched to the indexes, cold and warm
	@$(BIN)/python scripts/bench-match

schema: $(READY)  ## write the JSON Schema of each document into the package, after a change of src/reproof/model
	$(BIN)/python scripts/schema

bench-long: $(READY)  ## what recording adds to a run of a minute on all cores, and to one with an input of 10 GB
	@$(BIN)/python scripts/bench-run --long --large long large

lock:  ## write requirements-dev.txt anew (ARGS=--upgrade takes the newest releases)
	scripts/lock $(ARGS)

clean:  ## remove what was built here, images excepted
	rm -rf src/reproof/recorder/native/{shim.so,supervisor} .venv .demo .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find src tests -name __pycache__ -prune -exec rm -rf {} +
