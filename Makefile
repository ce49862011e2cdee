# make run    set up and run newsledger on the shipped feeds (the demo where there is no network)
# make test   set up and run the tests
# make check  the linters and the type checker

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: run test check install

run: install
	$(BIN)/newsledger run --or-demo

test: install
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

install: $(INSTALLED)

# Debian's python3 comes without ensurepip; its pip can fill an environment that has none.
$(INSTALLED): pyproject.toml constraints.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "newsledger needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear .venv && pip="$(BIN)/python -m pip"; \
	else \
		$(PYTHON) -m pip --version >/dev/null \
			|| { echo "This Python has neither ensurepip nor pip; on Debian: apt-get install python3-venv" >&2; exit 1; }; \
		$(PYTHON) -m venv --clear --without-pip .venv && pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	fi && echo "Installing newsledger and what it needs into .venv" \
		&& PIP_CONSTRAINT=constraints.txt $$pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
