"""Many inputs: which are there (``jobs``), who works on them (``workers``, ``isolated_process``), what becomes of each.

``pipeline`` ingests into a catalogue, ``screening`` hands results back, ``statuses`` and ``report`` say what happened.
"""
