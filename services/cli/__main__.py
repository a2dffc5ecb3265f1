"""`python -m services.cli` is `chokepoint`."""

from services.cli.main import main

main()
