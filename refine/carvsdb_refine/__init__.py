"""Amorphous models from scattering data: the room is here, its contents come with the refinement issues."""
