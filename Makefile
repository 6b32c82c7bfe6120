# Two commands do all set-up: `make run` and `make test`. Python 3.11 to 3.14, nothing else to install.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test check bench docs soak clean

run: $(READY) .env  ## environment, embedded PostgreSQL, INT and STG prepared, status shown
	$(BIN)/python scripts/prep_db.py int
	$(BIN)/python scripts/prep_db.py stg --keep
	$(BIN)/tierguard status

test: $(READY)  ## every test but the long repetitions
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --dist loadfile -m "not soak"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

soak: $(READY)  ## the long repetitions
	$(BIN)/python -m pytest -m soak

check: $(READY)  ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) .env  ## every benchmark, each as a ratio to its floor in the same run
	status=0; for each in benchmarks/*.py; do $(BIN)/python $$each || status=1; done; exit $$status

docs: $(READY) .env  ## write the page of the configuration, and record the README's pictures, again
	$(BIN)/python docs/configuration.py
	$(BIN)/python docs/record.py

$(READY): requirements.lock pyproject.toml $(wildcard src/site-packages/*)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.env:  ## the example's, with a signing key of its own
	key=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(32))') && umask 077 && \
	sed "s/^SECRET_KEY=.*/SECRET_KEY=$$key/" .env.example > $@

clean:  ## stop the servers and remove the environment; the databases stay in .tierguard
	-$(BIN)/tierguard down
	rm -rf .venv
