"""Learning the weights: labelled texts in, `weights.json` out; and how good they are, by folds.

In: JSONL with the schema of the evaluation corpus, `services/classify/training/*.jsonl` by default.
Out: `python -m services.classify.train` writes `weights.json`, the same to the bit for the same texts and languages;
`python -m services.classify.train quality FILE…` prints how well those texts are read. Not part of the service.
"""
