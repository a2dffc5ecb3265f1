"""The languages as data: one YAML file each, its schema, and the lexicon compiled from it.

In: `<code>.yaml` in this folder, plus the names of countries and goods from `schemas`.
Out: `load.language_file(code)` (checked data) and `lexicon.lexicon(code)` (one automaton per language).
"""
