"""``make bench``: what the service does against what the machine can do, as ratios from one run.

python -m bench [NAME …]     deliveries, publishing, feeds, idle; all of them without a name
"""

from __future__ import annotations

import asyncio
import sys

from bench import deliveries, feeds, idle, publishing

PARTS = {"deliveries": deliveries.run, "publishing": publishing.run, "feeds": feeds.run, "idle": idle.run}


def main(names: list[str]) -> int:
    """Run the parts named."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}. Benchmarks: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    for name in names or list(PARTS):
        print(f"\n## {name}", flush=True)
        for line in asyncio.run(PARTS[name]()):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
