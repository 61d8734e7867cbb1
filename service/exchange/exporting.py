"""Exporting an organization as an exchange folder, for the operator's shell."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from scoring.evidence import read_frames, read_manifest
from scoring.exchange.columns import LATEST
from scoring.exchange.writing import write
from service.base import db
from service.base.apart import apart
from service.exchange.loading import Progress, silent, sql


async def export_folder(
    pool: db.Pool, organization_id: UUID, path: Path, *, parquet: bool = False, progress: Progress = silent
) -> dict[str, int]:
    """Write everything the exchange folder has room for to `path`; rows by file.

    Raises
    ------
    FileExistsError : `path` is there already and not empty.
    """
    async with db.tenant(pool, organization_id) as tx:  # committed before anything leaves
        await db.run(tx, sql.insert_audit, action="export", detail=f"to {path}"[:4000])
    progress("reading", 0, 0)
    async with db.tenant(pool, organization_id, readonly=True) as tx:
        manifest = await read_manifest(tx)
        frames = await read_frames(tx, datetime.fromisoformat(LATEST), words=True)
    progress(f"writing {path}", 0, 0)
    await apart(write, path, frames, manifest, parquet=parquet)
    return {name: frame.height for name, frame in frames.items() if frame.height}
