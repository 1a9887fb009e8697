"""Many inputs, from the list of them to what is stored.

``inputs`` lists them as ``jobs``; ``attempts`` does one; ``pieces`` are done by an ``isolated_process``, of which a
``worker_pool`` has several and a ``cluster`` many. ``run`` is one run of ingestion into a catalogue, with what it knows
of ``earlier`` ones, and ``pipeline`` the entrance. ``screening`` hands results back instead; ``statuses`` and
``report`` say what happened.
"""
