"""The ways of telling people: one channel per file, one registry.

In: a `Message` (one alert for one destination, one attempt) and its `Destination`.
Out: an `Outcome` from a closed vocabulary: delivered, retry, permanent or unknown. A channel never raises for what
the other side does.
"""
