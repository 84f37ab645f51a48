# make run     serve Studio at http://127.0.0.1:8000 (options: make run ARGS="--port 9000")
# make test    all tests (some: make test ARGS="accounts -x")
# make test-full  the same, with EXAMPLES of data for each operation of the API (100 if it is not said), and every page
#              in all pairs of theme and size
# make test-faults  kill and freeze workers, databases and races by the hundred: a quarter of an hour
# make lint    style and types
# make bench   all benchmarks (one: make bench BENCH=engine)
# make model   train the shipped model again (DATA=folder with the corpora)
# make clean   remove what tools left behind; never the data
#
# Each needs the network once, to fill .venv, and again only when the list of requirements changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH ?= $(patsubst bench/%.py,%,$(wildcard bench/[a-z]*.py))
ARGS ?=

.PHONY: run test test-full test-faults lint bench model clean

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py studio $(ARGS)

test: $(VENV)/.dev
	$(BIN)/pytest -q -n 2 --dist loadgroup $(ARGS)

test-full: export EXAMPLES ?= 100
test-full: test

test-faults: $(VENV)/.dev
	FAULTS=1 $(BIN)/pytest -v integrations/tests/test_deliveries_chaos.py scraping/tests/test_chaos.py scraping/tests/test_races.py \
	  scraping/tests/test_reanalysis_chaos.py \
	  scraping/tests/test_schedules_due.py results/tests/test_llm_chaos.py $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy .

bench: $(VENV)/.dev
	@for script in $(BENCH); do echo "== $$script"; $(BIN)/python bench/$$script.py || exit 1; done

model: $(VENV)/.train
	@test -n "$(DATA)" || { echo "Say where the corpora are: make model DATA=folder"; exit 2; }
	$(BIN)/python -m results.analysis.train --data "$(DATA)" --out build/model $(ARGS)

clean:
	rm -rf build .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Studio needs Python 3.11 or newer; name one with: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# A stamp is renewed only when its list of requirements is newer: without a change nothing is asked of the network.
$(VENV)/.runtime: requirements.txt | $(BIN)/pip
	@echo "Installing what Studio is made of: this takes a minute or two"
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-transformers.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.train: requirements-train.txt requirements-transformers.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@
