"""Write the JSON Schemas, ``python -m carvsdb_schemas [FOLDER]``, to ``schemas/json``; and the stored columns."""

import sys
from pathlib import Path

from carvsdb_schemas.json_schemas import write_all
from carvsdb_schemas.stored_columns import FILE, columns_of_the_models, written

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "json"
    for path in write_all(folder):
        print(path)
    FILE.write_text(written(columns_of_the_models()), encoding="utf-8")
    print(FILE)
