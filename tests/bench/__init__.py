"""What `make bench` measures, each figure beside its baseline of the same run.

In: `--news FOLDER` of JSONL articles (`{id, lang, title, text}` a line); the demo's news where none is given.
Out: lines of figures. These machines are noisy: quote the ratios.
"""
