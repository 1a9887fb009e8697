"""What a record is: tables, cards, answers and configurations.

``description`` is what `describe` says of a net and ``answers`` what the other commands say; ``tables``
are the catalogue's tables, ``columns`` their column types and ``arrow`` the same tables as Arrow schemas;
``refinement`` is the TOML file of a refinement and ``refinement_answers`` what its commands say;
``card`` is the card of a data set and ``manifest`` the list of what a release holds.
``python -m carvsdb_schemas`` writes the JSON Schemas of all of them to ``schemas/json/``.
"""
