#!/bin/sh
# Removes the demonstration's folder of data, and nothing else: a folder that is set must hold a demonstration.
set -eu
folder=${NOTIFY_DATA_DIR:-var/demo}
if [ -n "${NOTIFY_DATABASE_URL:-}" ]; then
	echo "The demonstration is in the database of NOTIFY_DATABASE_URL. Make that one empty yourself, or unset it." >&2
	exit 1
fi
if [ -n "${NOTIFY_DATA_DIR:-}" ] && [ -e "$folder" ] && [ ! -e "$folder/demo.json" ]; then
	echo "$folder holds no demonstration: it is left as it is. Unset NOTIFY_DATA_DIR, or name another folder." >&2
	exit 1
fi
rm -rf "$folder"
