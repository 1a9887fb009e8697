"""What is asked of single entries and of the whole.

``resolving`` finds entries by name, ``listing`` lists them, ``showing`` reads one back, ``filters`` says which may be
found, ``duplicates`` groups them, ``sql`` answers read-only SQL; ``answer`` is what comes back.
"""
