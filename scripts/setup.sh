#!/bin/sh
# Finds a Python that is new enough and hands over to scripts/setup.py. PYTHON=/path/to/python names one.
set -eu
cd "$(dirname "$0")/.."
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    if ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      echo "$candidate has no venv. On Debian and Ubuntu install it with: apt-get install python3-venv" >&2
      exit 1
    fi
    exec "$candidate" -m scripts.setup "$@"
  fi
done
echo "Python 3.11 or newer is missing (searched: ${PYTHON:-python3, python3.11 to python3.14 and python on PATH})." \
  "Install it, or name one: make PYTHON=/path/to/python3.11 …" >&2
exit 1
