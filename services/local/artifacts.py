"""Kafka's jars on disk: fetched once, checked by their sha256 at every start."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import platformdirs

from services.local.errors import LocalError
from services.local.lock import KAFKA_VERSION, Jar, read_lock, sha256_of

AT_ONCE: Final = 8
ATTEMPTS: Final = 3

Progress = Callable[[int, int, int], None]
"""Called with the jars that are there, all jars, and the bytes fetched so far."""

Fetch = Callable[[Jar, Path], Path]
"""Downloads one jar into a folder and returns its path."""


def default_cache() -> Path:
    """Return the folder for the jars unless another is given: in the user's cache."""
    return platformdirs.user_cache_path("chokepoint") / f"kafka-{KAFKA_VERSION}"


def missing_jars(jars: Sequence[Jar], cache: Path) -> list[Jar]:
    """Pick the jars that are not in the cache, or are there with other bytes than the lock names."""
    return [jar for jar in jars if not _is_whole(cache / jar.file_name, jar)]


def _is_whole(path: Path, jar: Jar) -> bool:
    return path.exists() and sha256_of(path) == jar.sha256


def verify(path: Path, jar: Jar) -> Path:
    """Return `path` when its bytes are those of the lock; delete it and raise LocalError otherwise."""
    found = sha256_of(path)
    if found != jar.sha256:
        path.unlink()
        raise LocalError(
            f"{jar.file_name}: expected sha256 {jar.sha256}, found {found}; the file was deleted, nothing of it ran. "
            "Try again; if it stays so, something on the way changes downloads."
        )
    return path


def fetch_from_maven(jar: Jar, folder: Path) -> Path:
    """Download one jar from the public Maven repository into `folder`."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - slow to import, and not needed when the cache is full

    context = MavenContext(repo_cache=folder)
    return Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())


def _fetch_patiently(fetch: Fetch, jar: Jar, folder: Path) -> Path:
    """Fetch with a second and third try, each in a folder of its own: jgo takes half a file for a whole one."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return fetch(jar, folder / f"{jar.artifact}-{attempt}")
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's are RuntimeErrors
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    raise LocalError(f"{jar.file_name} could not be downloaded: {reason}. Check the network and try again.")


def _install(fetch: Fetch, jar: Jar, staging: Path, cache: Path) -> int:
    """Bring one jar into the cache, whole or not at all; returns its size in bytes."""
    fetched = verify(_fetch_patiently(fetch, jar, staging), jar)
    size = fetched.stat().st_size
    fetched.replace(cache / jar.file_name)
    return size


async def ensure_jars(
    cache: Path | None = None,
    *,
    jars: Sequence[Jar] | None = None,
    progress: Progress | None = None,
    fetch: Fetch = fetch_from_maven,
) -> tuple[Path, ...]:
    """Make sure that every jar of the lock is in `cache` and return their paths in the lock's order.

    Touches no network when all are there. Raises LocalError when a jar cannot be fetched or has another sha256.
    """
    cache = cache or default_cache()
    jars = jars if jars is not None else read_lock()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError(f"Cannot make the folder {cache} ({error.strerror}): set XDG_CACHE_HOME to another.") from None
    missing = await asyncio.to_thread(missing_jars, jars, cache)
    if missing:
        await _fetch_all(missing, len(jars), cache, progress, fetch)
    return tuple(cache / jar.file_name for jar in jars)


async def _fetch_all(missing: Sequence[Jar], total: int, cache: Path, progress: Progress | None, fetch: Fetch) -> None:
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="jars")
    done, fetched_bytes = total - len(missing), 0
    fetches: list[asyncio.Future[int]] = []
    try:
        with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-", ignore_cleanup_errors=True) as staging:
            fetches = [loop.run_in_executor(pool, _install, fetch, jar, Path(staging), cache) for jar in missing]
            for next_one in asyncio.as_completed(fetches):
                fetched_bytes += await next_one
                done += 1
                if progress:
                    progress(done, total, fetched_bytes)
    finally:
        for fetch_ in fetches:  # the first failure is the one that is told; the others' are looked at and dropped
            fetch_.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        pool.shutdown(wait=False, cancel_futures=True)
