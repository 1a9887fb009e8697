"""What forbids a move: ``hard_spheres`` (shortest distances) and ``geometric`` (coordination, angles, bond lengths)."""
