"""Run the command line with ``python -m carvsdb``."""

from carvsdb.cli.main import run

if __name__ == "__main__":
    run()
