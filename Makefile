# Two commands on a fresh machine: `make gate` (the main job) and `make test` (lint and all tests).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Half again as many as there are cores: tests wait for the processes that they start, and judge times themselves.
WORKERS := $(shell $(PYTHON) -c 'import os; print(os.cpu_count() * 3 // 2)')
PYTESTS := $(VENV)-pytest
# The oldest pytest that pyproject.toml allows, and the newest there is: constraints.txt pins neither.
PYTEST_oldest := pytest==$(shell sed -n 's/.*"pytest>=\(.*\)",/\1/p' pyproject.toml)
PYTEST_newest := pytest
# Plugins that others run beside this one, out of sight of all tests but those that load them.
NEIGHBOURS := $(PYTESTS)-newest/neighbours
# Without pyproject.toml, whose settings the oldest pytest would not find.
PLUGIN_TESTS := --rootdir=. -o pythonpath=. --import-mode=importlib -W error -p no:cacheprovider \
  --numprocesses=logical --dist=worksteal tests/plugin

F5_VENV := .venv-f5
F5_INSTALL := $(F5_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
WHEELS := .wheels
LOCAL := .tts-baseline-local
OUT ?= .tts-baseline/gpu
VOICE := .voice
# `make voice VOICE=/tmp/tiny SENTENCES=60 RECIPES=recipes/dora/tiny` goes the whole way in minutes.
SENTENCES := 3000
RECIPES := recipes/dora
TEACHER := $(VOICE)/teacher
LEARN := $(F5_VENV)/bin/tts-baseline train
EMBEDDED := src/tts_baseline/voices/dora
DORA_LICENCE := --licence "MIT; it learned from speech of Kokoro-82M (Apache-2.0)"
FUZZ_SECONDS ?= 3600

.PHONY: help gate gate-f5 test lint unit fuzz test-pytests test-f5 wheels gpu page tables docs planted mutants voice-data voice student clean

help:
	@echo "make gate     install, then measure and gate the embedded pipeline"
	@echo "make gate-f5  install torch and f5-tts (6 GB), then gate the embedded voice of F5-TTS on twelve sentences"
	@echo "make test     install, then lint and run all tests"
	@echo "make test-pytests  install the oldest and the newest pytest, then run the plugin's tests with each"
	@echo "make test-f5  install torch and f5-tts (6 GB), then run the tests of the F5-TTS pipeline"
	@echo "make wheels   gather what make gpu needs on a machine without network"
	@echo "make gpu      on a machine with CUDA: run all that wants a GPU, results in OUT=$(OUT)"
	@echo "make lint     ruff, mypy --strict, import-linter"
	@echo "make page     write PERFORMANCE_BASELINE.md from the accepted baselines"
	@echo "make docs     build the manual into site/, links checked"
	@echo "make tables   write the manual's tables from what the code declares"
	@echo "make planted  plant regressions in a scratch project and count what is caught (10 minutes)"
	@echo "make mutants  break each metric's formula, and gate/, stats/ and metrics/ in 300 places: what do tests notice? (half an hour)"
	@echo "make fuzz     alter stored files, settings and messages for FUZZ_SECONDS=$(FUZZ_SECONDS), and see that all is refused or read"
	@echo "make voice    train a Spanish voice from its data, in $(VOICE) (hours on two cores; goes on where it was left)"
	@echo "make student  train a student of the embedded voice that speaks in four steps, in $(VOICE) (hours on two cores; goes on where it was left)"
	@echo "make clean    remove what was installed and measured"

# Times that this machine records stay beside the checkout: baselines/ holds what was accepted with a reason.
gate: $(VENV)/gate.done
	mkdir -p $(LOCAL)
	cp -R baselines/. $(LOCAL)
	$(BIN)/pytest --tts-baseline --tts-dir $(LOCAL) --tts-missing record --verbose tests/regression

# The same for the voice that is embedded, in the example that is a project of its own.
gate-f5: $(F5_VENV)/done
	mkdir -p $(LOCAL)
	cp -R baselines/. $(LOCAL)
	cd examples/f5_project && $(abspath $(F5_VENV))/bin/tts-baseline run --dir $(abspath $(LOCAL)) --missing record --verbose

test: lint unit

lint: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Without bytecode, each of a thousand processes would compile the package anew.
unit: export PYTHONDONTWRITEBYTECODE :=
# The second thread of a product waits busily for the next one, on a core that another test would have.
unit test-f5: export OPENBLAS_NUM_THREADS := 1
unit: $(VENV)/test.done
	$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --durations=25

test-pytests: $(PYTESTS)-oldest/done $(PYTESTS)-newest/done $(NEIGHBOURS)/done
	$(PYTESTS)-oldest/bin/pytest $(PLUGIN_TESTS)
	PYTEST_NEIGHBOURS=$(abspath $(NEIGHBOURS)) $(PYTESTS)-newest/bin/pytest $(PLUGIN_TESTS)

test-f5: $(F5_VENV)/done
	@$(PYTHON) -c 'import sys; from ctypes.util import find_library; sys.exit(not find_library("avutil"))' || \
	  { echo "Upstream F5-TTS, which these tests compare with, reads audio by FFmpeg: apt-get install ffmpeg"; exit 1; }
	$(F5_VENV)/bin/pytest -m 'not gpu' tests/f5 tests/f5_spanish \
	  tests/contracts/test_pipelines.py tests/contracts/test_switches.py tests/metrics/features \
	  --cov=tts_baseline.pipelines.f5_spanish --cov=tts_baseline.measure._dispatch --cov=tts_baseline.training \
	  --cov-config=tests/f5/coverage.toml --cov-report=term:skip-covered

wheels:
	$(PYTHON) gpu/wheels.py $(WHEELS)

gpu:
	$(PYTHON) gpu/run.py --wheels $(WHEELS) --out $(OUT)

page: $(VENV)/gate.done
	$(BIN)/tts-baseline report --write PERFORMANCE_BASELINE.md

docs: $(VENV)/docs.done
	$(BIN)/mkdocs build

tables: $(VENV)/gate.done
	$(BIN)/python docs/tables.py

planted: $(VENV)/gate.done
	$(BIN)/python benchmarks/planted/planted.py

mutants: $(VENV)/mutants.done
	$(BIN)/python benchmarks/mutants/mutants.py
	$(BIN)/python benchmarks/mutants/formulas.py

fuzz: $(VENV)/test.done
	$(BIN)/python tests/fuzz/run.py $(FUZZ_SECONDS) $(FUZZ_SEED)

# A recording, an update or a checkpoint that is there is not made again: the same command goes on.
voice-data: $(TEACHER)/done $(F5_VENV)/done
	test -f $(VOICE)/texts.txt || $(F5_VENV)/bin/python recipes/dora/prose.py $(VOICE)/texts.txt --count $(SENTENCES)
	$(TEACHER)/bin/python recipes/dora/teacher.py $(VOICE)/texts.txt $(TEACHER)/package $(VOICE)/recordings
	test -f $(VOICE)/data/report.json || $(LEARN) prepare $(VOICE)/recordings --waves \
	  --vocabulary recipes/dora/vocab.txt --out $(VOICE)/data
	test -f $(VOICE)/even/clips.jsonl || $(LEARN) even $(VOICE)/data --out $(VOICE)/even
	test -f $(VOICE)/clip.flac || $(TEACHER)/bin/python recipes/dora/reference.py $(TEACHER)/package $(VOICE)/clip.flac

voice: voice-data
	OMP_NUM_THREADS=1 $(F5_VENV)/bin/torchrun --nproc-per-node 2 --no-python -- \
	  $(LEARN) run $(VOICE)/even --recipe $(RECIPES)/recipe.toml --out $(VOICE)/run
	$(LEARN) vocoder $(VOICE)/data --recipe $(RECIPES)/vocoder.toml --out $(VOICE)/vocoder
	$(LEARN) export $(VOICE)/vocoder --dataset $(VOICE)/data --out $(VOICE)/vocos $(DORA_LICENCE)
	$(LEARN) export $(VOICE)/run --dataset $(VOICE)/even --vocoder $(VOICE)/vocos --recording $(VOICE)/clip.flac \
	  --out $(VOICE)/dora $(DORA_LICENCE)
	@echo "It speaks with weights = \"$(VOICE)/dora\", and with weights = \"embedded\" after:"
	@echo "  cp -R $(VOICE)/dora src/tts_baseline/voices/"

student: voice-data
	OMP_NUM_THREADS=1 $(LEARN) distill $(VOICE)/even --recipe $(RECIPES)/student.toml \
	  --teacher $(EMBEDDED)/model.safetensors --out $(VOICE)/student-run
	$(LEARN) export $(VOICE)/student-run --dataset $(VOICE)/even --vocoder $(EMBEDDED)/vocoder \
	  --recording $(VOICE)/clip.flac --out $(VOICE)/student $(DORA_LICENCE)

clean:
	rm -rf $(VENV) $(PYTESTS)-* $(F5_VENV) $(WHEELS) $(LOCAL) site .tts-baseline .*_cache .benchmarks .hypothesis .coverage*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/gate.done: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) --editable '.[espeak]'
	@touch $@

$(VENV)/test.done: $(VENV)/gate.done
	$(INSTALL) --editable '.[espeak,bench,dev]'
	@touch $@

$(VENV)/docs.done: $(VENV)/gate.done
	$(INSTALL) --editable '.[docs]'
	@touch $@

$(VENV)/mutants.done: $(VENV)/test.done
	$(INSTALL) --editable '.[mutants,prosody]'
	@touch $@

$(PYTESTS)-%/done: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(@D)
	grep -v '^pytest==' constraints.txt > $(@D)/constraints.txt
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade \
	  --constraint $(@D)/constraints.txt --editable '.[espeak]' '$(PYTEST_$*)' pytest-xdist
	@touch $@

$(NEIGHBOURS)/done: $(PYTESTS)-newest/done
	$(PYTESTS)-newest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(@D) \
	  pytest-asyncio anyio idna pytest-flakefinder pytest-html pytest-metadata jinja2 markupsafe pytest-order \
	  pytest-randomly pytest-rerunfailures pytest-retry pytest-socket pytest-sugar termcolor pytest-timeout
	@touch $@

$(TEACHER)/done: recipes/dora/requirements.txt
	$(PYTHON) -m venv $(TEACHER)
	$(TEACHER)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  --requirement recipes/dora/requirements.txt
	cd $(TEACHER) && npm pack --silent kokoro-js@1.2.1 && tar -xzf kokoro-js-1.2.1.tgz
	@touch $@

$(F5_VENV)/done: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(F5_VENV)
	$(F5_INSTALL) --editable '.[all,dev,whisper]'
	$(F5_INSTALL) --no-deps Resemblyzer
	@touch $@
