#!/bin/sh
# Makes requirements/*.txt anew from pyproject.toml, with hashes and without addresses, and brings package-lock.json up to date.
# Only this needs uv (https://docs.astral.sh/uv/): `UV=/path/to/uv make lock`.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-uv}
command -v "$UV" >/dev/null || { echo "uv is missing: install it, or name it with UV=…" >&2; exit 1; }
compile() {
  output=requirements/$1.txt
  shift
  "$UV" pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
    --output-file "$output" "$@"
}
# All versions are settled once, together; the smaller files then take theirs from there.
compile dev pyproject.toml --group dev
compile run pyproject.toml --constraints requirements/dev.txt
compile build --group build --constraints requirements/dev.txt
compile node --group node
npm install --package-lock-only
