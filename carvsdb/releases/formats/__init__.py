"""What a release is written in: one file a format.

``parquet``, ``database``, ``nets_archive`` and ``optimade_lines`` write the data; ``readme``, ``licence``,
``citation``, ``changes``, ``datapackage``, ``croissant``, ``ro_crate`` and ``datacite`` say what it is, each from the
facts in ``facts``; ``columns`` knows the columns of all tables with their units.
"""
