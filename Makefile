# Two commands: `make demo` searches fractal networks on real images, `make test` runs every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := runs/digits

.PHONY: demo test lint unit pictures reference clean

# pytorchcv is a peer to compare numbers with; it asks for torchvision, which its FractalNet does not need.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt --no-deps pytorchcv
	touch $@

demo: $(VENV)/.installed
	$(BIN)/fractalgen search search_spaces/digits.yaml --out $(DEMO)

test: lint unit

# mypy and import-linter look at folders, not at installed packages: they get the layout that is installed.
lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf .layout && mkdir -p .layout/fractalgen
	cp -r fractalgen/. visualize search_spaces .layout/fractalgen/
	MYPYPATH=.layout $(BIN)/mypy -p fractalgen
	cd .layout && ../$(BIN)/lint-imports --config ../pyproject.toml

# A worker for each core, each test in one thread: a worker goes through neighbouring tests, then takes over what another has left.
unit: $(VENV)/.installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

# The pictures of the documents, the gallery of them and the notebook; tests check that they are current.
pictures: $(VENV)/.installed
	$(BIN)/python docs/make_pictures
	$(BIN)/python docs/make_notebook

# The pages of every op, join, rule and key; a test checks that they are current.
reference: $(VENV)/.installed
	$(BIN)/python docs/make_reference

clean:
	rm -rf $(VENV) .layout runs
