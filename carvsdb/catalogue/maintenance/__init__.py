"""The file as a whole.

``checking`` verifies it (``recomputing`` works its keys and sums out again), ``copying`` backs it up, ``exporting`` and
``importing`` go by way of ``folders`` of Parquet tables with their ``checksums``.
"""
