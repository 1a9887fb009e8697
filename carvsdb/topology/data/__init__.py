"""The data file of the archive; see ``datasets/rcsr-archive``."""
