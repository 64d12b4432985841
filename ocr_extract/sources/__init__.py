"""A file to pages with evidence; no judgement. Every reader here is bounded."""
