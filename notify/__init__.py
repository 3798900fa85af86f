"""Advance notices between the states of the Americas: the rules and the web application."""
