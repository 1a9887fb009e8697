"""A catalogue of a release: what somebody else built, verified and taken in."""

from functools import partial
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance.checking import refuse_broken
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.releases.rows import rows_of_file
from carvsdb.releases.verify import verify_release
from carvsdb_schemas.released import RELEASED


def load_release(folder: str | Path, catalogue: Catalogue | str | Path) -> CommitReport:
    """Verify a release and put all of it into a catalogue, in one transaction.

    Parameters
    ----------
    folder : str or Path
    catalogue : Catalogue, str or Path
        Empty, or one that has something: what both have stays as it is, a label that is taken gets a number. By its
        path it is opened, and made if it is missing, when the release was found in order.

    Raises
    ------
    NotFoundError, RefusedError, VerificationError
        As in :func:`carvsdb.releases.verify_release`; then nothing was stored.

    Notes
    -----
    What a release does not hold (where files lay, how long things took) is empty in the catalogue; a release of that
    has the same content as the one that was loaded.
    """
    verify_release(folder)
    if not isinstance(catalogue, Catalogue):
        with Catalogue.open(catalogue) as opened:
            return _taken_in(Path(folder), opened)
    return _taken_in(Path(folder), catalogue)


def _taken_in(folder: Path, catalogue: Catalogue) -> CommitReport:
    batch = Batch(
        {
            str(model.__tablename__): partial(rows_of_file, model, folder / f"{model.__tablename__}.parquet")
            for model in RELEASED
            if (folder / f"{model.__tablename__}.parquet").is_file()
        }
    )
    return commit(catalogue.storage, batch, check=refuse_broken)
