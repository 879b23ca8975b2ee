# Needs Python 3.11 or newer and make; everything else is brought into .venv.
#
#   make demo       the whole story on a simulated person
#   make serve      the app, with the simulated person loaded
#   make test       the tests, without the slow ones
#   make test-all   all tests
#   make test-postgres   those of the app on PostgreSQL; RUBOR_TEST_DATABASE_URL names a running server
#   make lint       style, types and the order of the packages
#   make format     put the code into the style that lint asks for
#   make bench      how fast a video is measured, and five minutes of how well
#   make bench-accuracy   how well a change of blood is measured, over an hour
#   make bench-kinetics   how well onset, rise and recovery are told, 20 minutes
#   make bench-trials     how often a verdict is right, 15 minutes
#   make bench-web        how fast the app's pages are, half a minute
#   make build      the wheel and the source archive, into dist/
#   make lock       pin the dependencies anew after a change in pyproject.toml
#   make clean      take away everything that make made
#
# Another Python:  make test PYTHON=/path/to/python3.12

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# The locked dependencies are installed anew when the lock changes, Rubor itself when what its
# installation reads changes. Each is marked by a file.
DEPENDENCIES := $(VENV)/dependencies-installed
INSTALLED := $(VENV)/rubor-installed
INSTALL_READS := pyproject.toml hatch_build.py src/rubor/_version.py src/rubor/vision/models/models.toml

PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo serve test test-all test-postgres lint lint-style lint-types lint-imports format bench bench-accuracy build
.PHONY: bench-kinetics bench-trials bench-web lock clean

demo: $(INSTALLED)
	$(BIN)/rubor demo

serve: $(INSTALLED)
	$(BIN)/rubor serve --data rubor-demo/app --demo rubor-demo

# A file of tests stays on one core, so that what it shares is made once.
test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m ""

test-postgres: $(INSTALLED)
	@test -n "$$RUBOR_TEST_DATABASE_URL" || { \
		echo "Name a running PostgreSQL server whose user may make databases, such as" >&2; \
		echo "make $@ RUBOR_TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/rubor" >&2; \
		exit 1; \
	}
	$(BIN)/python -m pytest tests/web --ignore tests/web/browser

lint: lint-style lint-types lint-imports

lint-style: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-types: $(INSTALLED)
	$(BIN)/mypy

lint-imports: $(INSTALLED)
	$(BIN)/lint-imports

format: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(INSTALLED)
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/accuracy.py --subset

bench-accuracy: $(INSTALLED)
	$(BIN)/python benchmarks/accuracy.py

bench-kinetics: $(INSTALLED)
	$(BIN)/python benchmarks/kinetics.py

bench-trials: $(INSTALLED)
	$(BIN)/python benchmarks/trials.py

bench-web: $(INSTALLED)
	$(BIN)/python benchmarks/web_pages.py

build: $(INSTALLED)
	$(BIN)/python -m hatchling build

lock: $(DEPENDENCIES)
	$(PIP) install --quiet "uv>=0.13"
	$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --system-certs \
		--upgrade --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The first Python on the path that is new enough and can make an environment, unless PYTHON names one.
$(DEPENDENCIES): requirements.lock
	@found=; \
	for candidate in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if "$$candidate" -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))" \
			>/dev/null 2>&1; then found="$$candidate"; break; fi; \
		if test -n "$(PYTHON)"; then break; fi; \
	done; \
	if test -z "$$found"; then \
		echo "Rubor needs Python 3.11 or newer with the venv module, and $(if $(PYTHON),$(PYTHON) is none,none was found on the path)." >&2; \
		echo "Install it (on Debian and Ubuntu: apt-get install python3 python3-venv)," >&2; \
		echo "or name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
		exit 1; \
	fi; \
	set -x; "$$found" -m venv --clear $(VENV)
	$(PIP) install --require-hashes --only-binary=:all: -r requirements.lock
	@echo done > $@

$(INSTALLED): $(DEPENDENCIES) $(INSTALL_READS)
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) check
	@echo done > $@
