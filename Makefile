# One command each; `make help` lists them.
# A value given here reaches the program: make demo PORT=8001 SHOPOPS_DATA=var/second

PYTHON ?= python3
PY := .venv/bin/python
SOURCES := manage.py bootstrap.py shopops products orders crm promotions analytics bench tests
ARGS ?=
# Workers of pytest: two processes share what a machine of two cores has.
WORKERS ?= 2
# Every process that is started reads compiled code; without caches each compiles Django anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-test demo up test check static-check bench deep pictures

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what running the shop needs, into this folder
	@$(PYTHON) bootstrap.py

setup-dev:
	@$(PYTHON) bootstrap.py --dev

setup-test:
	@$(PYTHON) bootstrap.py --dev --browser

demo: setup ## a shop with 90 days of invented orders, on http://127.0.0.1:8000/ (PORT=, SHOPOPS_DATA=)
	@exec $(PY) -m shopops.embedded demo $(ARGS)

up: setup ## the same with an empty shop
	@exec $(PY) -m shopops.embedded up $(ARGS)

test: setup-test ## all tests (ARGS= goes to pytest)
	@$(PY) -m pytest -n $(WORKERS) $(ARGS)

check: static-check test ## format, lint, types, import contracts, templates, migrations, then all tests

static-check: setup-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy $(wildcard $(SOURCES))
	.venv/bin/lint-imports
	.venv/bin/djlint --check --lint --quiet templates
	SHOPOPS_DATA=var/test SHOPOPS_TEST_SERVERS=1 $(PY) manage.py makemigrations --check --dry-run
	SECURE=1 DEBUG=0 ALLOWED_HOSTS=shop.example $(PY) manage.py check --deploy --fail-level WARNING

bench: setup-dev ## the measurements in bench/, each as a ratio within the run
	@$(PY) -m bench $(ARGS)

deep: setup-test ## the long crash, concurrency, fault and load tests; seeds are printed
	@$(PY) -m pytest -m "deep or hypothesis" --hypothesis-profile deep $(ARGS)

pictures: setup-test ## pictures of the main pages at 1440 and 390 px
	@$(PY) -m bench.pictures $(ARGS)
