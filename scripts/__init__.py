"""The project's own commands behind `make`: run from the project's folder as ``python -m scripts.<name>``."""
