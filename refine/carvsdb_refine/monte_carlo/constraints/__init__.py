"""What forbids a move, and what departures cost.

``hard_spheres`` (shortest distances), ``geometric`` (coordination, angles, bond lengths) and ``fixed`` (atoms that
stay) forbid; the terms of ``soft`` (``coordination_fraction``, ``bonded_shapes``) add to chi².
"""
