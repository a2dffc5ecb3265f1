"""From due deliveries to recorded attempts.

In: rows of `deliveries` that are due, written by the pipeline in the transaction that made the alert.
Out: messages through the channels, a row in `attempts` for each try, and the delivery's new status. A delivery is
leased while it is sent, so that any number of workers share the table; a worker that dies gives it back by the
lease's end, and the next attempt bears the same id.
"""
