"""The commands of ``csbm-notify``, a module a noun. They import what they need when they run: ``--help`` is quick."""
