"""What a release is written in: one file a format.

``parquet``, ``database`` and ``nets_archive`` write the data; ``readme``, ``licence``, ``citation``, ``changes``,
``datapackage``, ``croissant``, ``ro_crate`` and ``datacite`` say what it is, each from the facts in ``facts``;
``columns`` knows the columns of all tables with their units.
"""
