"""Writing an exchange folder: the same tables give the same bytes, and the folder appears whole or not at all."""

import shutil
import tempfile
from pathlib import Path

import polars as pl

from scoring.exchange import manifest as manifests
from scoring.exchange.columns import FILES, File, Kind
from scoring.exchange.folder import Frames
from scoring.exchange.manifest import Manifest
from scoring.exchange.values import WRITTEN_TIME


def write(folder: Path, frames: Frames, manifest: Manifest, *, parquet: bool = False) -> None:
    """Write the people and every other file that has rows, sorted by key, readable by the owner alone.

    Text is written as it is, for a round trip; the exchange folder is not for spreadsheets.

    Raises
    ------
    FileExistsError : `folder` is there already and not empty.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already and not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, file in FILES.items():
            frame = frames.get(name)
            if frame is not None and (frame.height or name == "people"):
                _write_file(unfinished, file, frame, parquet=parquet)
        (unfinished / manifests.NAME).write_bytes(manifests.encode(manifest))
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _write_file(folder: Path, file: File, frame: pl.DataFrame, *, parquet: bool) -> None:
    frame = frame.select(column.name for column in file.columns).sort(file.key, nulls_last=False)
    if parquet:
        frame.write_parquet(folder / f"{file.name}.parquet")
        return
    times = [column.name for column in file.columns if column.kind == Kind.TIME]
    frame.with_columns(pl.col(name).dt.to_string(WRITTEN_TIME) for name in times).write_csv(folder / f"{file.name}.csv")
