"""The contract of Chokepoint: what travels between its services, as frozen pydantic models.

In: nothing; these are facts on the wire and tables of goods and countries.
Out: `Article`, `Detection`, `Measure`, `Alert`, `SourceState`, `DeadLetter`, the topics that carry them, and the
names by which countries and goods are known. Imports pydantic and the standard library alone.
"""
