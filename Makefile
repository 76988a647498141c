# Every target sets up what it needs: `make demo` and `make test` work on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench clean setup graphviz browser axe rules schemas images

demo: setup graphviz  ## assess an example; leaves report.html, attack-tree.svg and mitigations.md in out/
	mkdir -p out
	$(BIN)/atlasmodel assess examples/fraud-scoring.yaml
	$(BIN)/atlasmodel assess examples/fraud-scoring.yaml --format html --output out/report.html --force
	$(BIN)/atlasmodel tree examples/fraud-scoring.yaml --output out/attack-tree.svg --force
	$(BIN)/atlasmodel diagram examples/fraud-scoring.yaml --output out/pipeline.svg --force
	$(BIN)/atlasmodel diagram examples/fraud-scoring.yaml --path 2 --output out/attack-path.svg --force
	$(BIN)/atlasmodel diagram examples/fraud-scoring.yaml --show matrix --output out/matrix.svg --force
	$(BIN)/atlasmodel assess examples/fraud-scoring.yaml --format markdown --output out/mitigations.md --force
	@echo "open out/report.html and out/attack-tree.svg; the ranked mitigations are in out/mitigations.md"

test: setup graphviz browser  ## the whole test suite
	@$(MAKE) --no-print-directory schemas >/dev/null 2>&1 || echo "the SARIF schema cannot be had here; one test skips"
	$(BIN)/python -m pytest -n auto --dist worksteal

check: setup graphviz  ## lint, format, types, layers, rules, doctests of the documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/atlasmodel rules lint --quiet
	$(BIN)/atlasmodel rules test
	$(BIN)/python -m pytest -q tests/test_documentation.py

bench: setup  ## figures of speed, memory, and of the rules on the case studies
	$(BIN)/python benchmarks/case_studies.py
	$(BIN)/python benchmarks/similar.py
	$(BIN)/python benchmarks/scale.py 10 100 300
	$(BIN)/python benchmarks/scale.py --chain 10000 100000
	$(BIN)/python benchmarks/attack.py
	$(BIN)/python benchmarks/simulate.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/plan.py --examples

schemas:  ## the official SARIF schema, for the test that validates against it (needs npm and the network)
	mkdir -p .cache
	cd .cache && npm pack --silent --fetch-retries=0 --fetch-timeout=20000 @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null
	tar -xzOf .cache/microsoft-jest-sarif-1.0.0-beta.0.tgz package/lib/schemas/sarif-2.1.0-rtm.5.json > .cache/sarif.part
	mv .cache/sarif.part .cache/sarif-2.1.0.json

rules: setup
	$(BIN)/atlasmodel rules test

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "atlasmodel needs Python 3.11 or newer; name it: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || sh tools/install.sh python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(READY)

graphviz:
	@command -v dot >/dev/null 2>&1 || sh tools/install.sh graphviz

# The report is tested in a browser where one can be had without asking for a password; otherwise these tests are skipped.
browser:
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
	  || { { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; } && sh tools/install.sh chromium; } \
	  || echo "no Chromium: the tests of the report in a browser will be skipped"

axe:  ## axe-core, for the accessibility test of the report (needs npm and the network)
	mkdir -p .cache
	cd .cache && npm pack --silent axe-core@4.14.1 >/dev/null
	tar -xzOf .cache/axe-core-4.14.1.tgz package/axe.min.js > .cache/axe.min.js

images: demo  ## the pictures of the README
	cp out/attack-tree.svg out/attack-path.svg out/matrix.svg docs/images/

clean:
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
