# Everything a developer runs. `make help` prints its groups (##@), targets (##) and variables (##=).

##= Python that makes the virtual environment (setup)
PYTHON ?= python3
##= Port of the site (run, screenshot)
PORT ?= 8000
##= Numbers of items for the measures of pages (bench)
SIZES ?= 1000,100000
##= Number of items for the measures of searches (bench)
SEARCHED ?= 100000
##= Number of items for the measures of revisions (bench)
REVISED ?= 100000
##= Number of changed files of the import beside which editors save (bench)
SAVED ?= 5000
##= Number of files that are imported (bench)
FILES ?= 10000
##= 1 prints every difference (fidelity)
VERBOSE ?=
##= Names of the drills, separated by spaces; empty runs all (drill)
DRILLS ?=
##= Number of imports to kill (drill)
KILLS ?= 30
##= Duration of the soak (drill)
MINUTES ?= 10
##= Number of wrong log-ins (drill)
ATTEMPTS ?= 10000
##= Seed of the random choices; empty takes a new one (drill)
SEED ?=
##= Duration in seconds (fuzz)
SECONDS ?= 60
##= Paths of modules, separated by spaces; empty takes all (mutants)
MODULES ?=

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# Where the environment forbids bytecode, each worker of pytest would rewrite and compile every test module (five seconds).
# One process more than there are cores: some tests wait for a browser, a server or a lock.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist loadgroup -r s \
  --numprocesses $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
FIND_POSTGRES := $(BIN)/python -m scripts.find_postgres
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
# Tests that need Node.js are skipped with a message where npm is missing; where CI is set, they fail.
NODE_MODULES := $(if $(shell command -v npm),node_modules/.package-lock.json)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup hooks run clean test lint types checks test-sqlite test-postgres lighthouse format lock audit sbom bench \
  fidelity drill fuzz mutants screenshot

HELP := \
  /^\#\#@ / {printf "\n%s\n", substr($$0, 5)} \
  /^[a-z-]+:.*\#\# / {split($$0, part, ":.*\#\# "); printf "  make %-14s %s\n", part[1], part[2]} \
  /^\#\#= / {text = substr($$0, 5)} \
  /^[A-Z]+ \?=/ {value = $$0; sub(/^[A-Z]+ \?= ?/, "", value); \
    variables = variables sprintf("  %-9s %-12s %s\n", $$1, value, text)} \
  END {printf "\nVariables, with their defaults, as in make run PORT=8001\n%s", variables}

help: ## Show this list
	@awk '$(HELP)' Makefile

##@ Set up and run

setup: $(INSTALLED) ## Make the virtual environment and .env
	@$(BIN)/python -m scripts.write_env

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo >&2 \
	  "Python 3.11 or newer is needed. Name yours: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo >&2 \
	  "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# Only files with the hashes of the lock file are installed.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r

$(INSTALLED): requirements.lock | $(BIN)/pip
	@echo "Installing requirements.lock (about a minute)"
	@$(INSTALL) $<
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@echo "Installing requirements-dev.lock (about a minute)"
	@$(INSTALL) $<
	@touch $@

hooks: $(INSTALLED_DEV) ## Install the git hooks that check each commit
	@$(BIN)/pre-commit install

node_modules/.package-lock.json: package.json package-lock.json
	@echo "Installing package-lock.json (about a minute)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Hashed and compressed as in production, so that `DEBUG=0 gunicorn medigy.wsgi` works after `make run`.
COLLECTED := var/static/staticfiles.json

$(COLLECTED): $(INSTALLED) $(shell find static -type f)
	@echo "Collecting static files"
	@DEBUG=0 $(MANAGE) collectstatic --no-input --verbosity 0

run: setup $(COLLECTED) ## Set up, load the sample content, serve on http://127.0.0.1:8000/
	@exec $(BIN)/python -m scripts.run $(PORT)

clean: ## Remove the virtual environment and caches, not the data or .env
	@rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants var/static
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Check and test

test: setup lint types checks test-sqlite test-postgres ## Run lint, types, checks and the tests on both databases
	@url=$$($(FIND_POSTGRES)); echo "Passed: style, types, checks, tests on SQLite$${url:+ and PostgreSQL}"

lint: $(INSTALLED_DEV) ## Check the style of Python files and templates, and the files for containers
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo >&2 "Not formatted: run make format"; exit 1; }
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml curation medigy gunicorn.conf.py manage.py

types: $(INSTALLED_DEV) ## Check the types
	@$(BIN)/mypy --no-error-summary

checks: $(INSTALLED_DEV) ## Check that migrations are complete and a deployment is safe
	@DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run --verbosity 1
	@DEBUG=0 DATABASE_URL=postgres:///checked SITE_URL=https://news.example.org BEHIND_PROXY=1 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	  $(MANAGE) check --deploy --fail-level WARNING --verbosity 0

test-sqlite: $(INSTALLED_DEV) $(NODE_MODULES) ## Run the tests on SQLite
	@echo "Tests on SQLite"
	@DATABASE_URL=sqlite://:memory: $(PYTEST) --cases $(if $(CI),4,2)

test-postgres: $(INSTALLED_DEV) $(NODE_MODULES) ## Run those that may differ there on PostgreSQL (DATABASE_URL, or local)
	@url=$$($(FIND_POSTGRES)) || exit 1; [ -z "$$url" ] || { \
	  echo "Tests on PostgreSQL"; DATABASE_URL=$$url $(PYTEST) --only-with-database --cases 1; }

lighthouse: $(INSTALLED_DEV) $(NODE_MODULES) ## Run Lighthouse on each kind of page (two minutes)
	@$(BIN)/python -m scripts.lighthouse

format: $(INSTALLED_DEV) ## Format the Python files
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

##@ Packages

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make lock"

lock: $(INSTALLED_DEV) ## Write the lock files, after a change of requirements
	@$(BIN)/$(LOCK) requirements.txt --output-file requirements.lock
	@$(BIN)/$(LOCK) requirements-dev.txt --output-file requirements-dev.lock

audit: $(INSTALLED_DEV) ## Look for published vulnerabilities of the packages
	@$(BIN)/python -m scripts.audit

sbom: $(INSTALLED_DEV) ## Write the bill of materials, var/sbom.json (CycloneDX)
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file var/sbom.json requirements.lock

##@ Measure and break

bench: setup $(INSTALLED_DEV) $(NODE_MODULES) ## Measure imports, pages, searches, revisions and saves
	@$(BIN)/python -m benchmarks --sizes $(SIZES) --searched $(SEARCHED) --revised $(REVISED) --saved $(SAVED) --files $(FILES)

fidelity: setup $(INSTALLED_DEV) ## Compare pages with those that Hugo makes of the same files
	@$(BIN)/python -m benchmarks.fidelity $(if $(VERBOSE),-v)

drill: setup $(INSTALLED_DEV) ## Break a site in every way, and check the database, files and answers
	@$(BIN)/python -m drills $(DRILLS) --kills $(KILLS) --minutes $(MINUTES) --attempts $(ATTEMPTS) $(if $(SEED),--seed $(SEED))

fuzz: setup $(INSTALLED_DEV) ## Feed broken files to the parser, renderer and sanitiser
	@$(BIN)/python -m drills.fuzz --seconds $(SECONDS)

mutants: setup $(INSTALLED_DEV) ## Change the code in small ways, and look whether the tests notice
	@DATABASE_URL=sqlite://:memory: $(BIN)/python -m scripts.mutants $(MODULES)

screenshot: $(INSTALLED_DEV) ## Take the pictures of the README of the site that make run serves
	@$(BIN)/python -m scripts.screenshot http://127.0.0.1:$(PORT)/
