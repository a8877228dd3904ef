# Every target sets up what it needs; only Python 3.11+ must be there.
PYTHON ?= python3
# Tests start some hundred processes, each of which would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Pages with parts that the code writes; its usual markers, [[[ and ]]], stand in the help of commands.
COG := $(BIN)/python -m cogapp --verbosity=0 --markers='{{{cog }}} {{{end}}}'
PAGES := docs/reference.md

.PHONY: setup scoreboard evidence test record bench lint docs engines clean

scoreboard: $(READY)
	@$(BIN)/python -m scoreboard replay --render

# All public recordings, from their repositories, judged again.
evidence: $(READY)
	@$(BIN)/python -m scoreboard fetch
	@$(BIN)/python -m scoreboard import .scoreboard/collections

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: install python3-venv, or set PYTHON=python3.11"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

test: $(READY)
	@$(BIN)/python -m pytest -n 3 --dist loadgroup

record: $(READY)
	@$(BIN)/python -m scoreboard record

bench: $(READY)
	@missed=0; for name in $$(ls benchmarks | sed -n 's/^\([a-z][a-z]*\)\.py$$/\1/p'); do \
		echo "== $$name"; $(BIN)/python -m benchmarks.$$name || missed=1; done; exit $$missed

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(COG) --check $(PAGES) || { echo "run make docs"; exit 1; }

docs: $(READY)
	@$(COG) -r $(PAGES)

engines: $(READY)
	@$(BIN)/python -m tools.engines $${ENGINE:+"$$ENGINE"} $${VERSION:+--version="$$VERSION"}

clean:
	rm -rf build site .scoreboard .pytest_cache .mypy_cache .ruff_cache
