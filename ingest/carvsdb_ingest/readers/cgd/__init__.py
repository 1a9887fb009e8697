"""CGD files, as Systre and the RCSR write them.

``cgd`` reads a file, ``blocks`` is the grammar; ``asymmetric_unit`` and ``crystal`` make nets of atoms and edges (with
``places`` and ``edge_listing``), ``periodic_graph`` of graphs.
"""
