"""The worker: expands events, delivers, and keeps the sign of life. It runs alone, under arq, or in the web process."""
