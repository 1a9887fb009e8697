"""From files to nets, and from nets to records of the catalogue."""
