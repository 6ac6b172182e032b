# From a machine with Python 3.11, pip, make and the package registries to a running office: `make run`.
# Everything lands in .venv/ (the locked environment) and .uv/ (the tool that builds it); nothing else is touched.

PY ?= $(shell command -v python3.11 || command -v python3)
ONLY ?=

UV := .uv/bin/uv
BIN := .venv/bin
# Group by group and inexact: what one target installed, another leaves alone.
# The certificates of the machine, as pip takes them: a registry may be reached through a mirror of its own.
SYNC = UV_SYSTEM_CERTS=true UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV= UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --quiet --frozen --inexact --no-default-groups

.PHONY: run test bench check mutants fuzz browser screenshots
.DEFAULT_GOAL := run

# The shell is replaced, so that a signal to this target reaches the office itself.
run: .venv/.run
	@exec $(BIN)/veiligadvies run

test: .venv/.run .venv/.test browser
	$(BIN)/pytest --numprocesses 2 --dist loadfile

bench: .venv/.run .venv/.bench
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

check: .venv/.run .venv/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Slow, a quarter of an hour: it changes values and code of the rules place by place and asks whether a test notices.
mutants: .venv/.run .venv/.test .venv/.mutation
	$(BIN)/python tests/mutation/of_values.py
	$(BIN)/python tests/mutation/of_code.py

# Slow, by hand: a demonstration office of its own is sent whole journeys, and then whatever its description allows.
fuzz: .venv/.run .venv/.test .venv/.fuzz
	$(BIN)/python tests/api/conformance

# By hand, while `make run` runs: every place of every role, wide and on a telephone, light and dark, in .screenshots/.
screenshots: .venv/.run .venv/.test browser
	$(BIN)/python tests/screenshots.py --url $(or $(URL),http://127.0.0.1:8000)

# A browser for tests of pages; without one, and without the right to install one, those tests fail.
browser:
	@command -v chromium >/dev/null || test "$$(id -u)" -ne 0 || ! command -v apt-get >/dev/null \
		|| { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
		|| echo "No browser could be installed; tests of pages will fail."

# Into a folder of its own, by pip alone: this works where the venv module or a writable site-packages is missing.
$(UV):
	@test -n "$(PY)" || { echo "Python 3.11 or later was not found; name it: make PY=/path/to/python3.11"; exit 1; }
	@echo "Fetching uv, which builds the locked environment ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore \
		--target .uv --upgrade "uv>=0.9,<1"

.venv/bin/python: | $(UV)
	@echo "Making .venv with $(PY) ..."
	@UV_PYTHON_DOWNLOADS=never $(UV) venv --quiet --allow-existing --python "$(PY)" .venv

.venv/.run: uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing what runs ..."
	@$(SYNC)
	@touch $@

.venv/.test: uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing what tests ..."
	@$(SYNC) --group test
	@touch $@

.venv/.bench: uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing what measures ..."
	@$(SYNC) --group bench
	@touch $@

.venv/.fuzz: uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing what invents requests ..."
	@$(SYNC) --group fuzz
	@touch $@

.venv/.mutation: uv.lock pyproject.toml | .venv/bin/python
	@echo "Installing what changes the rules ..."
	@$(SYNC) --group mutation
	@touch $@
