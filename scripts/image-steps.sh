#!/bin/sh
# The steps of the image, from a copy of the project to an installed application: sh scripts/image-steps.sh FOLDER
# The Dockerfile runs them in its first stage, tests/test_compose.py in a clean folder. Needs Python >= 3.11 alone.
set -eu
cd "$(dirname "$0")/.."
target=$1
sh scripts/setup.sh wheel
rm -rf dist
.venv/bin/python -m hatchling build --target wheel
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps \
  --require-hashes -r requirements/run.txt
"$target/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --no-index dist/*.whl
# Who runs the image installs nothing into it.
"$target/bin/python" -m pip uninstall --quiet --yes pip
