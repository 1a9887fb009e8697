"""Figures from arrays.

``map`` draws an embedding; ``labels`` finds room for the names of its points; ``rings`` draws ring-size
distributions; ``saving`` writes figures. Nothing is imported here:
matplotlib comes with the module that draws.
"""
