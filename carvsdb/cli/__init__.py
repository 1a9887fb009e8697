"""The command line: one file per noun, in front of the library."""

import gc

# Modules, bonds and nets are hundreds of thousands of small tuples in no cycle: looking for cycles after each 700 new
# ones takes a fifth of the time of a command.
gc.set_threshold(200_000, 20, 50)
