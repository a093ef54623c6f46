"""Everything that is kept: blobs and documents under their digests, and caches."""
