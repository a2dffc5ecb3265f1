"""The HTTP face of ingest. In: pushed articles, sources as documents. Out: ids and states, or a problem document."""
