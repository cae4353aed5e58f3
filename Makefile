# make serve | ask q="…" | test | check | eval | verifier | peers | ablation | train | train-support | calibrate | bench | lock; each does its own set-up in .venv and works offline afterwards.
# test, eval and bench pass options on: make eval args="--gate".
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := $(VENV)/bin/python
TORCH := torch==2.13.0
TEST_JOBS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: serve ask test check eval verifier peers ablation train train-support calibrate bench lock clean
serve: $(VENV)/.runtime
	$(PY) cli.py serve

ask: $(VENV)/.runtime
	@$(PY) cli.py ask "$${q:?say what to ask: make ask q=\"Is there CCTV in the waiting room?\"}"

test: $(VENV)/.dev
	$(PY) -m pytest -n $(TEST_JOBS) --dist loadfile $(args)

check: $(VENV)/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

eval: $(VENV)/.dev
	$(PY) -m eval run $(args)

verifier: $(VENV)/.dev
	$(PY) -m eval verifier $(args)

peers: $(VENV)/.dev
	$(PY) -m bench.peers $(args)

ablation: $(VENV)/.dev
	$(PY) -m bench.ablation

train: $(VENV)/.dev
	$(PY) -m index.training $(args)

train-support: $(VENV)/.dev
	$(PY) -m rag.support $(args)

calibrate: $(VENV)/.dev
	$(PY) -m eval.calibrate $(args)
	$(PY) -m eval.calibrate_support

bench: $(VENV)/.dev
	$(PY) -m bench $(args)

$(VENV)/.python:
	@echo "==> creating $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11) and "clas-qa needs Python 3.11 or 3.12; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	@echo "==> installing $(TORCH) (the largest download)"
	$(PY) -m pip install $(TORCH)
	@touch $@

# Every package but torch comes with its hash; torch's CPU and GPU builds share a version but not a hash.
$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.python
	@echo "==> installing the pinned packages (a few minutes the first time)"
	$(PY) -m pip install --no-deps --require-hashes -r requirements/runtime.lock
	$(PY) -m pip install --no-deps --no-build-isolation --quiet -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@echo "==> installing the pinned development packages"
	$(PY) -m pip install --no-deps --require-hashes --quiet -r requirements/dev.lock
	@touch $@

lock: $(VENV)/.dev
	$(PY) -m pip install --quiet uv
	for name in runtime dev; do \
		$(PY) -m uv pip compile --quiet --upgrade --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
			--no-emit-package torch $${PIP_FIND_LINKS:+--find-links $$PIP_FIND_LINKS} requirements/$$name.in -o requirements/$$name.lock; done

clean:
	rm -rf $(VENV) data
