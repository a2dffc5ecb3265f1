"""The command line `chokepoint …`; with `local` the only place that knows all services.

In: arguments, files, standard input and the settings. Out: lines on standard output, errors of one line on standard
error, and the exit code: 0 done, 1 failed, 2 bad usage. Services are imported inside the commands that need them, so
that `--help` is quick and an installation with one extra works.
"""
