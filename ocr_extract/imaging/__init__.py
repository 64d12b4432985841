"""A raster to an upright and clean one, and ink apart from print."""
