# Two commands do everything: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test search lint types check goldens bench clean

demo: $(VENV)/.installed
	$(BIN)/glisson demo --out out/demo --force

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal  # neighbours stay in one process and share what is dear to make

search: $(VENV)/.dev  ## property tests with examples drawn anew; `make test` tries the same ones every time
	HYPOTHESIS_PROFILE=searching $(BIN)/python -m pytest -n auto -m hypothesis

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

check: lint types test

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[pdf]'
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) --editable '.[pdf,dev]'
	touch $@

goldens:  ## regenerate the reference values; needs R with jsonlite, survival, cmprsk, coin, prodlim, vcd, psych, sandwich, numDeriv, brglm2, MASS, survey, nnet, mice, metafor, lme4, mvtnorm, rpact
	for script in tests/validation/*.R; do \
		made=$${script%.R}.made; Rscript $$script > $$made || exit 1; \
		if [ -s $$made ]; then mv $$made $${script%.R}.json; else rm $$made; fi; \
	done  # some scripts print their values, the others write them

bench: $(BENCH)/.installed  ## time glisson beside lifelines, SciPy and, where there is Rscript, R survival and coin
	for script in benchmarks/bench_*.py; do $(BENCH)/bin/python $$script || exit 1; done

$(BENCH)/.installed: pyproject.toml
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --editable '.[pdf,bench]'
	touch $@

clean:
	rm -rf $(VENV) $(BENCH) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
