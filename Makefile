# Everything a newcomer does with rollcast. Needs git, make, python3 (3.11 to 3.13) with venv, and pip.
#   PYTHON=python3.12   the interpreter that `.venv` is made with
#   ARGS='--port 9000'  passed on to the command that the target runs

PYTHON ?= python3
# With ARGS alone, what they say is trained: ARGS="--csv FILE --column NAME --name NAME --window N"
RECIPE ?= $(if $(ARGS),,sine-lstm)
DOCKER ?= docker
# Empty (`make lock UPGRADE=`) keeps every pin that still fits, for a dependency added or removed.
UPGRADE ?= --upgrade
ARGS ?=

page := service/page
bin := .venv/bin
pip := $(bin)/python -m pip --disable-pip-version-check
install := $(pip) install --quiet
# A lock is complete. Without --no-deps, pip 23 resolves extras such as coverage[toml] anew, and fails once a release
# newer than the locked one is out. `pip check` then tells what a lock lacks; only `make check` ends on it, as the other
# locks and rollcast itself may still be older here.
install_lock := $(install) --require-hashes --no-deps
compile = $(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock'

all = $(addprefix --extra ,client compare dev examples mcp serve telemetry train)

.DEFAULT_GOAL := help
.PHONY: help setup page docs serve test test-clients test-newest check audit train bench bench-quick accuracy first-run faults fuzz soak docker lock

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.project $(page)/dist/index.html ## make .venv with the serving dependencies and the `rollcast` command

page: .venv/.project ## build the page at / anew (needs a network the first time)
	$(bin)/python hatch_build.py

# Without --quiet, which hides warnings from --strict; the theme alone is kept from a notice on its successor.
docs: setup .venv/.dev ## build the documentation as a site, into build/site (ARGS=)
	NO_MKDOCS_2_WARNING=1 $(bin)/python -m mkdocs build --strict $(ARGS)

serve: setup ## serve the models of models/artifacts on http://127.0.0.1:8000 (flags: ARGS=)
	$(bin)/rollcast serve $(ARGS)

test: setup .venv/.dev ## run every test with branch coverage
	$(bin)/python -m pytest --cov --ignore=tests/clients $(ARGS)

test-clients: setup .venv/.dev .venv-clients/.installed ## run the tests with clients that others wrote, from .venv-clients
	$(bin)/python -m pytest tests/clients $(ARGS)

# Installs anew each time, 2 GB with TensorFlow; CI holds to the locks.
test-newest: ## run the tests with the newest versions that pyproject.toml allows, in .venv-newest
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/python -m pip --disable-pip-version-check install --quiet --upgrade --upgrade-strategy eager \
		--constraint requirements/floors.in --editable '.[client,compare,dev,examples,mcp,serve,telemetry,train]'
	.venv-newest/bin/python -m pytest --ignore=tests/clients $(ARGS)

check: setup .venv/.dev audit ## lint, formatting, types, import directions, the page's types, Dockerfile, audit
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python hatch_build.py check
	$(bin)/hadolint Dockerfile
	$(pip) check

audit: setup .venv/.dev ## look for dangerous code, and for dependencies with known holes
	$(bin)/bandit --quiet --configfile pyproject.toml --recursive rollcast service training models
	$(bin)/python -m pytest --quiet tests/test_locks.py

train: setup .venv/.train ## train RECIPE (sine-lstm unless named) or what ARGS say, and publish the next version
	$(bin)/rollcast train $(RECIPE) $(ARGS)

bench: setup .venv/.dev ## measure the service under load, as ratios within one run (a quarter of an hour; needs wrk)
	$(bin)/python -m benchmarks $(ARGS)

bench-quick: setup .venv/.dev ## the same, rougher, in under two minutes
	$(bin)/python -m benchmarks --quick $(ARGS)

accuracy: setup .venv/.dev ## train and pretrain on a table of data sets, and hold the errors to bars (five hours)
	$(bin)/python -m benchmarks.accuracy $(ARGS)

first-run: setup .venv/.dev ## time the way from a clone to a forecast in the browser (downloads all anew; needs chromium)
	$(bin)/python -m benchmarks.first_run $(ARGS)

faults: setup .venv/.dev ## do what operators fear to a service under load, and hold it to its bars (needs strace, wrk)
	$(bin)/python -m benchmarks.faults $(ARGS)

fuzz: setup .venv/.dev ## send a hundred thousand odd requests, and hold the answers to their bars
	$(bin)/python -m benchmarks.fuzz $(ARGS)

soak: setup .venv/.dev ## make a million predictions, and hold the memory to its bar
	$(bin)/python -m benchmarks.soak $(ARGS)

docker: ## build the images rollcast:service and rollcast:train
	$(DOCKER) build $(ARGS) --target service --tag rollcast:service .
	$(DOCKER) build $(ARGS) --target train --tag rollcast:train .

# dev.lock holds everything but MLflow, so it is solved first and the smaller sets take their pins from it.
lock: setup .venv/.dev ## renew every lock file under requirements/ (UPGRADE= keeps what still fits)
	$(compile) $(UPGRADE) $(all) --constraint requirements/floors.in pyproject.toml requirements/build.in --output-file requirements/dev.lock
	$(compile) --constraint requirements/dev.lock --extra serve pyproject.toml --output-file requirements/serve.lock
	$(compile) --constraint requirements/dev.lock --extra train --extra examples pyproject.toml --output-file requirements/train.lock
	$(compile) $(UPGRADE) --constraint requirements/floors.in --extra serve --extra mlflow pyproject.toml requirements/clients.in --output-file requirements/clients.lock
	$(compile) --constraint requirements/dev.lock requirements/build.in --output-file requirements/build.lock
	$(compile) --constraint requirements/dev.lock requirements/sbom.in --output-file requirements/sbom.lock
	$(bin)/python hatch_build.py lock

# The stamps below say what .venv holds: a second `make serve` starts at once, an edited lock installs again.

# pip is the last thing that venv installs, so an interrupted one is made again.
$(bin)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
		echo "rollcast needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is none of them: name one, as in 'make setup PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' lacks venv: install it (on Debian and Ubuntu the package python3-venv), then try again." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.serve: requirements/build.lock requirements/serve.lock | $(bin)/pip
	$(install_lock) -r requirements/build.lock -r requirements/serve.lock
	@$(pip) check --quiet || $(pip) check || true
	@touch $@

# Clients of other servers hold older versions of what the service runs on.
.venv-clients/.installed: requirements/clients.lock
	$(PYTHON) -m venv --clear .venv-clients
	.venv-clients/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r $<
	@touch $@

.venv/.train: requirements/train.lock .venv/.serve
	$(install_lock) -r requirements/train.lock
	@$(pip) check --quiet || $(pip) check || true
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.serve
	$(install_lock) -r requirements/dev.lock
	@$(pip) check --quiet || $(pip) check || true
	@touch $@

# The version is read from rollcast/__init__.py, so a new one is installed again.
.venv/.project: pyproject.toml rollcast/__init__.py .venv/.serve
	$(install) --no-build-isolation --no-deps --editable .
	@touch $@

# The install above builds it too. Where that failed, and where its sources are newer, it is tried here, and rollcast
# goes on without it: npm may be out of reach.
$(page)/dist/index.html: $(wildcard $(page)/*.* $(page)/.npmrc $(page)/source/*.* $(page)/source/*/*) hatch_build.py | .venv/.project
	@$(bin)/python hatch_build.py || echo "rollcast goes on without it, or with an older one; it is tried again next time" >&2
