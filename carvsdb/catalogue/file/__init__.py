"""The file: ``storage`` opens it, ``schema`` gives it its tables, ``migrations`` brings old ones up to date."""
