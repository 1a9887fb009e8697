"""Putting entries in.

``batch`` collects them, ``labels`` settles what they are called, ``committing`` stores a batch and ``adding`` entries,
a few or from a generator; ``renaming`` looks their names up again.
"""
