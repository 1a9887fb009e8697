"""The report of a run: figures, and one page that holds them.

Floors, each importing only from below: ``pooled`` / ``make`` / ``page | figures | angles`` / ``panels | fits``.
"""
