"""The shared broker for these tests."""

from tests.kafka_fixture import kafka, make_topics

__all__ = ["kafka", "make_topics"]
