# Everything starts with `make run` or `make test`; both set up what they need. PYTHON=/path/to/python names a Python.
.DEFAULT_GOAL := help
# What is compiled once is kept, whatever the environment says: the tests start a hundred processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run setup test test-quick lint format bench dist demo-reset lock setup-wheel setup-dev setup-test
BIN := .venv/bin
export PYTHON

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: setup ## set up, then serve the demonstration on http://127.0.0.1:8000
	@$(BIN)/csbm-notify serve --demo

setup: ## what `make run` needs: .venv and the browser assets
	@sh scripts/setup.sh run

setup-wheel:
	@sh scripts/setup.sh wheel

setup-dev:
	@sh scripts/setup.sh dev

setup-test:
	@sh scripts/setup.sh test

test: setup-test ## every test; sets up a browser, PostgreSQL and Valkey for them
	$(BIN)/pytest -n 2

test-quick: setup-dev ## the tests without servers and browser, and without those that take long
	$(BIN)/pytest -n 2 -m "not server and not browser and not slow"

lint: setup-dev ## formatting, types, the direction of imports, what may be committed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_tree

format: setup-dev ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev ## benchmarks against ceilings, as ratios (docs/performance.md)
	$(BIN)/python -m bench

dist: setup-wheel ## the wheel in dist/, browser assets inside
	@rm -rf dist
	$(BIN)/python -m hatchling build --target wheel

demo-reset: setup ## the demonstration anew, at today's date
	@sh scripts/remove-demo.sh
	@$(BIN)/csbm-notify serve --demo

lock: setup ## requirements/*.txt and package-lock.json anew (needs uv)
	@sh scripts/lock.sh
