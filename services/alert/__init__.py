"""Detections in; measures, alerts and deliveries out.

In: `chokepoint.detections.v1`, `chokepoint.sources.v1`, and the subscriptions and destinations of its API.
Out: `chokepoint.alerts.v1`, and messages to Slack, mailboxes and signed webhooks, each with its reason on record.
"""
