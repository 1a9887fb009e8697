"""What compares: nets by their CARVS, nodes by theirs.

``comparable`` chooses vectors that may be compared, ``index`` holds all of them, ``side_index`` an approximate index,
``similar`` and ``distances`` compare nets, ``environments`` nodes (with an ``environment_index``), ``maps`` keeps
embeddings.
"""
