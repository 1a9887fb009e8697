"""What forbids a move, and what departures cost.

``hard_spheres`` (shortest distances), ``geometric`` (coordination, angles, bond lengths) and ``fixed`` (atoms that
stay) forbid; ``soft`` adds to chi².
"""
