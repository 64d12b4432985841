"""From strings to ranked dates. Uses no images, no files and no clock."""
