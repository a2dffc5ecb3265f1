"""The judgement: texts in, detections out.

In: `Article` messages from `chokepoint.articles.v1`, in seventeen languages.
Out: `Detection` messages on `chokepoint.detections.v1`, each with the words that prove it. Stateless: `reader.read` is
a pure function of one article, and what a language knows stands in `languages/<code>.yaml`, not in code.
"""
