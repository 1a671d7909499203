# `make run` starts the product, `make test` checks it, `make test-full` adds the long tests. PYTHON and PORT may be set.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) -I mltrack/bootstrap.py

.PHONY: run test test-full bench chaos fmt lint setup

run test test-full bench chaos fmt lint setup:
	@$(BOOTSTRAP) $@ $(ARGS)
