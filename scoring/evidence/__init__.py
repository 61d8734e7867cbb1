"""Evidence from the database: one query for each file of the exchange folder, with exactly its columns."""

from scoring.evidence.read import read_frames, read_manifest

__all__ = ["read_frames", "read_manifest"]
