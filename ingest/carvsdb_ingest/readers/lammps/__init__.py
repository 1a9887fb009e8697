"""LAMMPS data files and dumps.

``sections`` is the grammar of data files; ``nets`` reads those with bonds (``nearest_image`` says where bonds go),
``atoms`` those without, ``dump`` dumps.
"""
