# Everything a developer runs: `make help` lists it.

PYTHON ?= python3
PORT ?= 8000
SECONDS ?= 60
KILLS ?= 30
SEED ?=
SIZES ?= 1000,100000
SEARCHED ?= 100000
FILES ?= 10000

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadgroup -r s
FIND_POSTGRES := $(BIN)/python -m scripts.find_postgres
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
# What needs Node.js is left out, with a word, where it is missing; on a build server that is a failure.
NODE_MODULES := $(if $(shell command -v npm),node_modules/.package-lock.json)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test lint types checks test-sqlite test-postgres lighthouse format bench fidelity drill fuzz screenshot clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

# Setting up

setup: $(INSTALLED) ## Make the virtual environment and .env
	@$(BIN)/python -m scripts.write_env

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo >&2 \
	  "Python 3.11 or newer is needed. Name yours: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo >&2 \
	  "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(INSTALLED): requirements.txt | $(BIN)/pip
	@echo "Installing requirements.txt (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	@echo "Installing requirements-dev.txt (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	@echo "Installing package-lock.json (about a minute)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Running

# As production serves them, hashed and compressed: `DEBUG=0 gunicorn medigy.wsgi` works from here on.
COLLECTED := var/static/staticfiles.json

$(COLLECTED): $(INSTALLED) $(shell find static -type f)
	@echo "Collecting static files"
	@DEBUG=0 $(MANAGE) collectstatic --no-input --verbosity 0

run: setup $(COLLECTED) ## Set up, load the sample content, serve on http://127.0.0.1:8000/ (PORT=8000)
	@exec $(BIN)/python -m scripts.run $(PORT)

# Testing

test: setup lint types checks test-sqlite test-postgres ## Run every check, and the tests on SQLite and PostgreSQL
	@url=$$($(FIND_POSTGRES)); echo "Passed: style, types, checks, tests on SQLite$${url:+ and PostgreSQL}"

lint: $(INSTALLED_DEV) ## Check the style of Python and templates
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo >&2 "Not formatted: run make format"; exit 1; }
	@$(BIN)/djlint --lint --quiet templates

types: $(INSTALLED_DEV) ## Check the types
	@$(BIN)/mypy --no-error-summary

checks: $(INSTALLED_DEV) ## Check that migrations are complete and a deployment is safe
	@DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run --verbosity 1
	@DEBUG=0 HTTPS=1 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	  $(MANAGE) check --deploy --fail-level WARNING --verbosity 0

test-sqlite: $(INSTALLED_DEV) $(NODE_MODULES) ## Run the tests on SQLite
	@echo "Tests on SQLite"
	@DATABASE_URL=sqlite://:memory: $(PYTEST)

test-postgres: $(INSTALLED_DEV) $(NODE_MODULES) ## Run the tests that use a database on PostgreSQL: DATABASE_URL, or a local server
	@url=$$($(FIND_POSTGRES)) || exit 1; [ -z "$$url" ] || { \
	  echo "Tests on PostgreSQL"; DATABASE_URL=$$url $(PYTEST) --only-with-database; }

lighthouse: $(INSTALLED_DEV) $(NODE_MODULES) ## Have Lighthouse judge each kind of page (two minutes)
	@$(BIN)/python -m scripts.lighthouse

format: $(INSTALLED_DEV) ## Format the Python files
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

# Measuring, breaking and showing

bench: setup $(INSTALLED_DEV) $(NODE_MODULES) ## Measure import, pages and searches (SIZES=1000,100000 SEARCHED=100000 FILES=10000)
	@$(BIN)/python -m benchmarks --sizes $(SIZES) --searched $(SEARCHED) --files $(FILES)

fidelity: setup $(INSTALLED_DEV) ## Compare pages with those that Hugo makes of the same files (VERBOSE=1: every difference)
	@$(BIN)/python -m benchmarks.fidelity $(if $(VERBOSE),-v)

drill: setup $(INSTALLED_DEV) ## Break imports in every way, and check what is left (DRILLS="kill disk" KILLS=30 SEED=)
	@$(BIN)/python -m drills $(DRILLS) --kills $(KILLS) $(if $(SEED),--seed $(SEED))

fuzz: setup $(INSTALLED_DEV) ## Feed broken files to parser, renderer and sanitiser (SECONDS=60)
	@$(BIN)/python -m drills.fuzz --seconds $(SECONDS)

screenshot: $(INSTALLED_DEV) ## Take docs/screenshot.png again, of the site that make run serves
	@$(BIN)/python -m scripts.screenshot http://127.0.0.1:$(PORT)/

clean: ## Remove the virtual environment and caches; keep the database, media and .env
	@rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis var/static
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
