from scoring.evidence.read import read_frames, read_manifest

__all__ = ["read_frames", "read_manifest"]
