"""Chokepoint on one machine, without Docker.

In: settings and a data folder. Out: a real single-node Apache Kafka and the three services as child processes, all
gone again when the command ends. `up` is the way in; Kafka's jars come from `kafka.lock`, each checked by its sha256.
"""
