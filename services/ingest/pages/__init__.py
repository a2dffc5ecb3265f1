"""The page behind a short item: asked for by classify, read here, because ingest alone ever fetches.

In: `chokepoint.page-requests.v1`. Out: the same article's next revision on `chokepoint.articles.v1`, with the page's
main text; a page that cannot be read leaves the article as it was, and says why in the log and the metrics.
"""
