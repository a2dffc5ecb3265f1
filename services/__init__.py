"""The processes of Chokepoint.

In: news and official notices (`ingest`). Out: alerts in Slack, mailboxes and procurement systems (`alert`).
`ingest`, `classify` and `alert` meet on Kafka topics alone; `runtime` is what every process needs, `local` runs all
of them on one machine and `cli` is the command line.
"""
