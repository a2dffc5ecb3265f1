"""Repository functions over the tables.

In: an open transaction and what to find or keep. Out: measures, alerts, deliveries and pages of them as plain data.
"""
