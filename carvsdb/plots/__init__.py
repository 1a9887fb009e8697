"""Figures from arrays.

``net_scene`` says how a net is looked at, ``net`` draws it by ``painting``; ``map`` draws an embedding, ``labels``
finds room for the names of its points, and ``glasses`` draws two maps with distances; ``rings`` and ``carvs`` draw
ring-size distributions, ``distances`` a matrix, ``frames`` a trajectory. ``notebook`` shows nets and maps there;
``colours`` are those of all figures, and ``saving`` writes them. Nothing is imported here: matplotlib comes with the
module that draws.
"""
