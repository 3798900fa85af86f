"""How a running node is watched: /healthz, /readyz, /metrics, and what `doctor` finds."""
