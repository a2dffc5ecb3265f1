"""The demo: sample news of our own writing, fed into a running system at a pace that can be watched.

In: `news.jsonl` beside this file, and the addresses of a running system. Out: articles through the real ingest (half by
the push API, half as files in its inbox), a destination that prints, and a subscription to everything.
"""
