# `make demo` and `make test` need Python 3.11 or newer and git; everything else they install into .venv.

PYTHON ?= python3

# Recordings of the real service are not part of the project: a folder of theirs beside it is found, or is to be named.
RECORDINGS ?= $(firstword $(abspath $(wildcard recordings ../recordings ../*/recordings)))

STAGE := $(CURDIR)/.cache/collections
COLLECTION := $(STAGE)/ansible_collections/registryops/acr
VENV := $(CURDIR)/.venv
LINT := $(CURDIR)/.venv-lint

# Versions of ansible-core, a virtual environment each; several clones can share them.
export CORES ?= $(CURDIR)/.cache/cores

# ansible-test looks for interpreters on PATH and runs what it finds there: give it real ones, not pyenv's shims.
SYSTEM := $(subst $() ,:,$(wildcard $(HOME)/.pyenv/versions/3.*/bin) /usr/local/bin /usr/bin /bin /usr/sbin /sbin)
RUN = cd $(COLLECTION) && env -u ANSIBLE_CONFIG PATH=$(VENV)/bin:$(SYSTEM) ANSIBLE_COLLECTIONS_PATH=$(STAGE) PYTHONPATH=$(STAGE) PYTHONDONTWRITEBYTECODE=1
CHECK = cd $(COLLECTION) && env -u ANSIBLE_CONFIG PATH=$(LINT)/bin:$(SYSTEM) ANSIBLE_COLLECTIONS_PATH=$(STAGE)
VERSION = $$($(VENV)/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PYTEST = $(RUN) python -m pytest -q -p no:cacheprovider

.PHONY: help demo emulator test unit contract faults meta integration identity doors artifact test-interop replay bench bench-tasks bench-transfers bench-retention bench-acr-cli large lint build clean stage

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/done stage ## Run one playbook against an emulated registry, three times
	@$(RUN) python tests/demo/demo.py

emulator: $(VENV)/done ## Start an emulated registry that stays (PORT, STATE_DIR, STRICT; see docs/emulator.md)
	@PYTHONPATH=tests $(VENV)/bin/python -m emulator

test: $(filter-out $(WITHOUT),unit contract faults meta integration identity doors artifact) ## Run every test that needs nothing but pip (WITHOUT: skip some of these targets)

unit: $(VENV)/done stage ## Run the unit tests
	$(RUN) ansible-test units --local --python $(VERSION)

contract: $(VENV)/done stage ## Check the emulator against what is known of the service
	$(PYTEST) tests/contract

faults: $(VENV)/done stage ## See what people are told when something is wrong
	$(PYTEST) tests/faults

large: $(VENV)/done stage ## Move a blob of 5 GiB (SIZE: of how many MiB) up and down, with breaks and little memory
	SIZE=$(or $(SIZE),5120) && export SIZE && $(PYTEST) -s --basetemp=$(CURDIR)/.cache/large tests/faults/test_large.py
	rm -rf $(CURDIR)/.cache/large

meta: $(VENV)/done stage ## Check that nothing is missing, and run every documented example
	$(PYTEST) tests/meta

integration: $(VENV)/done stage ## Run the modules and roles by playbook: in the controller's process, and some of them as modules
	$(RUN) ansible-test integration --local --python $(VERSION)
	echo 'acr_import_modules: false' > $(COLLECTION)/tests/integration/integration_config.yml
	$(RUN) ansible-test integration --local --python $(VERSION) acr_push acr_tag_properties acr_retention

identity: $(VENV)/done stage ## Sign in in every way there is
	$(PYTEST) tests/identity

doors: $(VENV)/done stage ## Compare modules with the same in the controller's process, on several versions of ansible-core
	$(PYTEST) -n 2 tests/doors

artifact: $(VENV)/done stage ## Build the collection, install it elsewhere, and run it from there
	$(PYTEST) tests/artifact

test-interop: export INTEROP = $(CURDIR)/.cache/interop
test-interop: SYSTEM := $(INTEROP)/bin:$(SYSTEM)
test-interop: $(VENV)/done stage ## Let the clients of others judge the emulator (installs Debian packages when root)
	sh tests/interop/install.sh $(INTEROP)
	$(PYTEST) $(or $(ONLY),tests/interop tests/contract)

replay: $(VENV)/done ## Compare the emulator with recordings of the service (RECORDINGS: the folder that holds them)
	@cd tests && $(VENV)/bin/python -m replay "$(RECORDINGS)"

bench: $(VENV)/done ## Measure speed beside that of others (needs Debian's docker-registry for some of it)
	@$(VENV)/bin/python tests/bench/emulator.py

bench-tasks: $(VENV)/done stage ## Measure what one more task costs, beside a ping
	@$(RUN) python tests/bench/tasks.py

bench-transfers: export INTEROP = $(CURDIR)/.cache/interop
bench-transfers: SYSTEM := $(INTEROP)/bin:$(SYSTEM)
bench-transfers: $(VENV)/done stage ## Measure how fast blobs travel (SIZE: of how many MiB), beside the clients of others
	@$(RUN) python tests/bench/transfers.py

bench-retention: $(VENV)/done stage ## Measure how long a retention plan takes, and how that grows with the registry
	@$(RUN) python tests/bench/retention.py

bench-acr-cli: $(VENV)/done stage ## Compare retention with acr purge (ACR_CLI: the path of Microsoft's acr)
	@$(RUN) python tests/bench/acr_cli.py "$(abspath $(ACR_CLI))"

lint: $(LINT)/done stage ## Check style, types and documentation, and run ansible-test sanity on the built collection
	$(CHECK) ruff check .
	$(CHECK) ruff format --check .
	cd $(STAGE) && PATH=$(LINT)/bin:$(SYSTEM) mypy --config-file $(COLLECTION)/mypy.ini -p ansible_collections.registryops.acr.plugins
	cd $(STAGE) && PATH=$(LINT)/bin:$(SYSTEM) mypy --config-file $(COLLECTION)/mypy.ini --python-version 3.11 -p ansible_collections.registryops.acr.tests.emulator
	$(CHECK) ansible-lint
	$(CHECK) antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs=all .
	$(CHECK) antsibull-changelog lint
	$(CHECK) shellcheck .ci/run tests/interop/install.sh
	$(CHECK) PYTHONPATH=$(STAGE) python tests/lint/sanity.py $(CURDIR)/.cache/sanity

build: $(VENV)/done stage ## Build the collection's tarball
	$(RUN) ansible-galaxy collection build --force --output-path $(CURDIR)

clean: ## Remove everything that was made here
	rm -rf .cache .venv .venv-lint *.tar.gz

stage:
	@$(PYTHON) tests/stage.py $(STAGE)

# A virtual environment is made again when what it holds is to change.
$(VENV)/done: tests/requirements.txt tests/emulator/requirements.txt
$(LINT)/done: tests/lint/requirements.txt
$(VENV)/done $(LINT)/done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d: set PYTHON." % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python cannot make virtual environments: install python3-venv, or set PYTHON."; exit 1; }
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
