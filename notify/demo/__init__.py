"""The demonstration: 36 parties with people, and a year of notices with a history, all of it made by the verbs."""
