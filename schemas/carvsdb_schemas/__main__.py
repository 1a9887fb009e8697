"""Write the JSON Schemas: ``python -m carvsdb_schemas [FOLDER]``, by default to ``schemas/json``."""

import sys
from pathlib import Path

from carvsdb_schemas.json_schemas import write_all

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "json"
    for written in write_all(folder):
        print(written)
