"""From a raster to an upright and clean one, and to ink apart from print."""
