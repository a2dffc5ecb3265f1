"""Sources in, articles out: everything that is read becomes one stream with stable ids.

In: feeds, sitemaps, GDELT, gazettes, official lists, pages, files, folders and the push API.
Out: `chokepoint.articles.v1` (each text once, an edit as its next revision) and `chokepoint.sources.v1` (how each
source does).
"""
