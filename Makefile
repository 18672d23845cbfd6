# Two commands on a fresh machine: `make gate` (the main job) and `make test` (lint and all tests).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help gate test lint unit page planted clean

help:
	@echo "make gate     install, then measure and gate the embedded pipeline"
	@echo "make test     install, then lint and run all tests"
	@echo "make lint     ruff, mypy --strict, import-linter"
	@echo "make page     write PERFORMANCE_BASELINE.md from the accepted baselines"
	@echo "make planted  plant regressions in a scratch project and count what is caught (10 minutes)"
	@echo "make clean    remove what was installed and measured"

gate: $(VENV)/gate.done
	$(BIN)/pytest --tts-baseline --tts-missing record --verbose tests/regression

test: lint unit

lint: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/test.done
	$(BIN)/pytest --cov --cov-report=term:skip-covered

page: $(VENV)/gate.done
	$(BIN)/tts-baseline report --write PERFORMANCE_BASELINE.md

planted: $(VENV)/gate.done
	$(BIN)/python benchmarks/planted/planted.py

clean:
	rm -rf $(VENV) .tts-baseline .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/gate.done: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) --editable '.[espeak]'
	@touch $@

$(VENV)/test.done: $(VENV)/gate.done
	$(INSTALL) --editable '.[espeak,dev]'
	@touch $@
