# The project's habits. Each is a short script in Scripts/, which can be run without make too.

.DEFAULT_GOAL := help
SECONDS ?= 20
RUNS ?= 10000

.PHONY: help demo test bench format lint coverage soak fuzz canaries tsan

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## build, write a sample tape, import it, show every timeframe of it, run a backtest
	@Scripts/demo

test: ## install what is missing and run every test; what CI runs
	@Scripts/test

bench: ## measure speed and size; prints a table, writes .build/bench.json
	@Scripts/bench

format: ## bring every Swift file into the project's format
	@Scripts/format

lint: ## the formatter's rules, and no file over 500 lines
	@Scripts/lint

coverage: ## lines that the tests run, per target, against their limits
	@Scripts/coverage

soak: ## random tapes by the thousand: make soak RUNS=10000
	@LOCKSTEP_SOAK=$(RUNS) Scripts/soak

fuzz: ## readers and decoders against random bytes: make fuzz SECONDS=600
	@FUZZ_SECONDS=$(SECONDS) Scripts/fuzz

canaries: ## plant one fault at a time; every one must be caught by a test
	@Scripts/canaries

tsan: ## the concurrency tests under the thread sanitizer
	@Scripts/tsan
