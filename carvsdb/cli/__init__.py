"""The command line: one file per noun, in front of the library."""
