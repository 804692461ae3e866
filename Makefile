# The two commands are `make bench` and `make test`; the plain pip and python lines stand in README.md.
PYTHON ?= python3.11
PRESET ?=
OUT ?= results
VENV := .venv
RUN := $(VENV)/bin/python
# What is imported is compiled then, and kept; compiling every file takes most of an installation.
PIP := -m pip install --quiet --no-compile

.PHONY: bench test test-all check clean peers

bench: $(VENV)/.bench
	$(RUN) run_bench.py --task shift_10s $(if $(PRESET),--preset $(PRESET)) --out $(OUT)

# A process a core, one thread each; a file's tests stay together, for they share what is expensive to set up. MARKED
# chooses, as .ci/run does.
PYTEST := OMP_NUM_THREADS=1 $(RUN) -m pytest -n logical --dist loadfile

test: $(VENV)/.test
	$(PYTEST) $(if $(MARKED),-m "$(MARKED)")

test-all: $(VENV)/.test
	$(PYTEST) -m "not perf"
	$(RUN) -m pytest -m perf

check: $(VENV)/.test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

$(VENV)/.bench: requirements.lock requirements-nodeps.lock
	$(PYTHON) -m venv $(VENV)
	$(RUN) $(PIP) -r requirements.lock
	$(RUN) $(PIP) --no-deps -r requirements-nodeps.lock
	touch $@

$(VENV)/.test: $(VENV)/.bench requirements-test.lock requirements-cluster.lock
	$(RUN) $(PIP) -r requirements-test.lock -r requirements-cluster.lock
	touch $@

peers: .venv-peers/.peers

.venv-peers/.peers: requirements-peers.lock
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python $(PIP) -r requirements-peers.lock
	touch $@

clean:
	rm -rf $(VENV) .venv-peers .cache
