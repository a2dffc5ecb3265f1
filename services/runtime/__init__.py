"""What every process needs, without a word about what it is for.

In: environment variables, Kafka, a database. Out: settings, logs, a bus with one delivery policy, dead letters,
health by progress, metrics, a clock, the guard against private addresses.
"""
