"""Crystallographic Information Files.

``cif`` reads a block, ``sites`` its atoms, ``expansion`` applies the symmetry, ``bonds`` reads listed bonds.
"""
