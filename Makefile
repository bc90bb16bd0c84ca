# Every target does its own set-up and may be run again. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run test check card bench soak clean system-packages

help:  ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target does; \
	do printf '  %-12s%s\n' "$$target" "$$does"; done

demo: .venv/for-running  ## the whole service on a simulated account
	$(BIN)/tonearm run --demo

run: .venv/for-running  ## the service, on yours
	$(BIN)/tonearm run

test: system-packages .venv/for-developing  ## every test, real browser included
	$(BIN)/pytest

check: .venv/for-developing  ## format, lint, types, import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

card: .venv/for-developing  ## web/card.js of its sources in web/card/
	$(BIN)/python tests/web/bundle.py

bench: system-packages .venv/for-developing  ## the numbers, measured on this machine
	$(BIN)/python tests/bench

soak: system-packages .venv/for-developing  ## every test in its long version
	$(BIN)/pytest --soak

clean:  ## forget everything that was built or installed here
	rm -rf .venv .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps, so that a newcomer who only wants to see the demo does not wait for the test tools.
# They fall due again when pyproject.toml changes; a venv without a working pip is made anew.
.venv/for-running: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tonearm needs Python 3.11 or newer as '$(PYTHON)'; name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make a venv; on Debian: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Installing tonearm into .venv (only now and after an update)"
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# Dependency groups came with pip 25.1, newer than what most Pythons bring along.
.venv/for-developing: .venv/for-running
	@echo "Installing the test tools into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

system-packages:
	@sh tests/system-packages
