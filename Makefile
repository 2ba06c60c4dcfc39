# Everything runs from .venv/bin/python once a target has built it.
PYTHON ?= python3.11
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := --quiet --require-hashes --progress-bar off
SOURCES := edge train export bench tests deploy

.PHONY: help demo setup test check format bench budget soak reliability sbom lock pin clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/cpu.stamp  ## play a virtual exam from end to end and show its reading
	@$(BIN)/python -m edge demo

setup: .venv/dev.stamp  ## build .venv with everything, TensorFlow too

# $(call beside,PYTEST,TESTS,OTHERS): OTHERS run beside TESTS, a core each, and tell what they found
# after them.
beside = @told=$$(mktemp); $(1) $(3) >$$told 2>&1 & others=$$!; \
	$(1) $(2); found=$$?; \
	wait $$others; others=$$?; cat $$told; rm -f $$told; exit $$((found + others))

# Tests that play a daemon's life have the machine to themselves.
test: .venv/dev.stamp  ## set everything up and run the whole test suite
	$(call beside,$(BIN)/python -m pytest,tests/slow,tests/unit)
	$(BIN)/python -m pytest tests/system

check: .venv/dev.stamp  ## lint, formatting, types and import rules
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp  ## put the sources in the project's format
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: .venv/dev.stamp  ## time the daemon end to end at 30 frames a second
	$(BIN)/python -m bench latency

budget: .venv/dev.stamp  ## every ratio of speed that must hold, in one run
	$(BIN)/python -m bench budget

# What times something has the machine to itself; what only counts runs beside the day of frames.
SOAK := $(BIN)/python -m pytest -m soak --timeout 3600
DAY := tests/system/test_soak.py
COUNTING := $(addprefix tests/system/test_,g05_long_counters.py g13_kill.py g14_power_cut.py g16_rot.py)
soak: .venv/dev.stamp  ## the long tests, just under an hour
	$(SOAK) tests/system $(addprefix --ignore=,$(DAY) $(COUNTING))
	$(call beside,$(SOAK),$(DAY),tests/unit $(COUNTING))

reliability: .venv/dev.stamp  ## measure the daemon's promises and write docs/reliability.md, up to an hour
	-$(BIN)/python -m pytest -m goal --timeout 3600 --goals tests/goals.json
	$(BIN)/python -m tests.goals tests/goals.json

sbom: .venv/dev.stamp  ## write the software bill of materials (CycloneDX) of an edge installation
	$(BIN)/python deploy/sbom.py requirements/cpu.txt --out dist/steatoscope-cpu.cdx.json

# One lock for each way of installing; the smaller ones agree with the largest.
COMPILE := $(BIN)/uv pip compile pyproject.toml requirements/build.in --universal \
	--python-version 3.11 --generate-hashes --no-header --quiet --upgrade
lock: .venv/dev.stamp  ## resolve the dependencies anew
	$(COMPILE) --extra dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --extra cpu --extra dicom --extra viewer -o requirements/cpu.txt
	$(COMPILE) -c requirements/dev.txt --extra cpu --extra dicom --extra viewer --extra train --extra export \
		-o requirements/train.txt
	$(COMPILE) --extra gpu --extra dicom --extra viewer -o requirements/gpu.txt

pin:  ## after a change of edge/builtin: pin the hash of its manifest, by which it is trusted
	sed -i -E "s/[0-9a-f]{64}/$$(sha256sum < edge/builtin/manifest.json | cut -d' ' -f1)/" \
		edge/contract/pinned.py

clean:  ## remove what the other targets made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) with its venv module is needed (Debian: apt install python3.11-venv);" \
			"name another with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/cpu.stamp: requirements/cpu.txt pyproject.toml | .venv/bin/python
	@echo "installing what the daemon needs"
	@test -e .venv/dev.stamp || $(PIP) install $(LOCKED) -r requirements/cpu.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "installing everything, TensorFlow too: about 2.5 GB"
	@$(PIP) install $(LOCKED) -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ .venv/cpu.stamp
