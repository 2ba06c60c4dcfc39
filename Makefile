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

# $(call unit_beside,PYTEST,TESTS): the unit tests run beside TESTS, a core each, and tell what they
# found after them.
unit_beside = @told=$$(mktemp); $(1) tests/unit >$$told 2>&1 & unit=$$!; \
	$(1) $(2); other=$$?; \
	wait $$unit; unit=$$?; cat $$told; rm -f $$told; exit $$((unit + other))

# Tests that play a daemon's life have the machine to themselves.
test: .venv/dev.stamp  ## set everything up and run the whole test suite
	$(call unit_beside,$(BIN)/python -m pytest,tests/slow)
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

# Nothing beside those that time something; the unit tests beside the day of frames.
SOAK := $(BIN)/python -m pytest -m soak --timeout 3600
soak: .venv/dev.stamp  ## the long tests, about an hour
	$(SOAK) tests/system --ignore tests/system/test_soak.py
	$(call unit_beside,$(SOAK),tests/system/test_soak.py)

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
