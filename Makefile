# Two commands for everybody: make serve, make test. The rest is what they are made of.
# Everything is set up by itself, from lock files, into .venv/, node_modules/ and build/.

export PYTHONPATH := src
PY := .venv/bin/python
PORT ?= 8000

.PHONY: serve test test-browser test-webkit test-engines test-guide test-package test-sync enumerate build accept swift citation check browser clean

serve: ready            ## build the site, serve it, build again on every save
	@$(PY) -m guide serve --port $(PORT)

test: ready browser     ## every check and every test, the real browsers included
	@$(MAKE) --no-print-directory --jobs 3 --keep-going --output-sync=target build test-sync check test-browser test-guide test-webkit test-engines test-package

# Three at a time, for much of it is waiting, in an order that keeps two processors busy to the end. None writes what another reads.
PYTEST := @sh .ci/pytest.sh

test-browser: build
	$(PYTEST) tests/browser --ignore tests/browser/test_engines.py

test-package: ready
	$(PYTEST) --ignore tests/browser --ignore tests/guide --ignore tests/runner --ignore tests/sync

test-sync: ready
	$(PYTEST) tests/sync

test-webkit: build
	$(PYTEST) tests/browser/test_engines.py -k webkit

test-engines: build
	$(PYTEST) tests/browser/test_engines.py -k "not webkit"

test-guide: build
	$(PYTEST) tests/guide tests/runner

enumerate: ready        ## by hand, minutes: every plan of three crashes of the sync; goes on where it was, and writes how many there were
	$(PY) -m faultlab.crashes.exhaustive bench/enumeration.txt

build: ready            ## the site, into site/
	@$(PY) -m guide build

accept: ready           ## take what the snippets print now as their tested output (read it first)
	@$(PY) -m guide accept $(NAMES)

swift:                  ## compile the Swift of the pages, where there is a swiftc of 6.2 or later
	@sh src/guide/swift/compiler/swift.sh

citation: ready         ## write CITATION.cff from the project's data and the claims
	@$(PY) -m guide citation

check: ready            ## format, lint, types, the direction of imports
	@mkdir -p build
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo > build/contracts.txt || { cat build/contracts.txt; exit 1; }
	@npx --no-install tsc

browser: ready          ## the three browsers for the tests
	@sh .ci/browser.sh

clean:                  ## forget everything that was made
	rm -rf .venv node_modules build site .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: ready
ready: .venv/ready node_modules/ready

.venv/ready: requirements.lock .ci/python.sh
	@python=$$(sh .ci/python.sh) && echo "Setting up .venv with $$python" && rm -rf .venv && "$$python" -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

node_modules/ready: package-lock.json
	@command -v node >/dev/null || { echo "Node is missing. Install Node 20 or later, then run make again." >&2; exit 1; }
	@npm ci --silent --no-fund --no-audit
	@touch $@
