"""Which tasks are labeled again to audit the labels: a random or stratified sample that anyone can draw again.

Tasks are put in the order of a keyed hash (BLAKE2b of the task, the seed as key) and the first are taken. So the sample
does not depend on the order in which tasks come, and a larger sample of the same seed contains the smaller one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b

MOST_SEED_BYTES = 64


@dataclass(frozen=True, slots=True)
class Sampled:
    """A task of the sample; `stratum` is "" in a random one."""

    task: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class StratumSize:
    """A stratum with all of its tasks, and how many of them are in the sample."""

    name: str
    size: int
    n: int


@dataclass(frozen=True, slots=True)
class AuditSample:
    """A drawn sample: strata by name, and in each the tasks in the order in which they are drawn."""

    seed: str
    tasks: tuple[Sampled, ...]
    strata: tuple[StratumSize, ...]

    @property
    def n(self) -> int:
        """How many tasks are to be labeled again."""
        return len(self.tasks)


def random_sample(tasks: Collection[str], n: int, seed: str) -> AuditSample:
    """Draw n tasks, each as likely as any other, or all where there are fewer. Raises ValueError for a bad seed."""
    return sample_by_sizes(dict.fromkeys(tasks, ""), {"": n}, seed)


def stratified_sample(tasks: Mapping[str, str], n: int, seed: str, least: int = 0) -> AuditSample:
    """Draw n tasks in proportion to the strata, at least `least` of each, so that small ones are seen too.

    `tasks` names the stratum of each: its class, batch or annotator. More than n are drawn where `least` asks for it.
    """
    sizes: defaultdict[str, int] = defaultdict(int)
    for stratum in tasks.values():
        sizes[stratum] += 1
    return sample_by_sizes(tasks, allocated(sizes, n, least), seed)


def sample_by_sizes(tasks: Mapping[str, str], wanted: Mapping[str, int], seed: str) -> AuditSample:
    """Draw so many tasks of each stratum, or all where it has fewer; a stratum that is not named gives none.

    Raises ValueError for a negative number, and for a seed that is empty or longer than 64 bytes.
    """
    key = seed.encode()
    if not 0 < len(key) <= MOST_SEED_BYTES or any(n < 0 for n in wanted.values()):
        raise ValueError("A sample needs a seed of 1 to 64 bytes, and takes no fewer than 0 tasks.")
    members: defaultdict[str, list[str]] = defaultdict(list)
    for task, stratum in tasks.items():
        members[stratum].append(task)
    drawn: list[Sampled] = []
    strata: list[StratumSize] = []
    for name in sorted(members):
        taken = sorted(members[name], key=lambda task: (_hash(task, key), task))[: wanted.get(name, 0)]
        drawn += [Sampled(task, name) for task in taken]
        strata.append(StratumSize(name, len(members[name]), len(taken)))
    return AuditSample(seed, tuple(drawn), tuple(strata))


def allocated(sizes: Mapping[str, int], n: int, least: int = 0) -> dict[str, int]:
    """Return how many of n tasks each stratum gets: in proportion by largest remainder, then at least `least`.

    No stratum gets more than it has. Ties go to the first by name. Raises ValueError for negative numbers.
    """
    if n < 0 or least < 0 or any(size < 0 for size in sizes.values()):
        raise ValueError("Tasks are counted from 0.")
    whole = sum(sizes.values())
    n = min(n, whole)
    found = {name: n * size // whole if whole else 0 for name, size in sorted(sizes.items())}
    left = n - sum(found.values())
    for name in sorted(found, key=lambda each: (-(n * sizes[each] % max(1, whole)), each))[:left]:
        found[name] += 1
    return {name: min(sizes[name], max(given, least)) for name, given in found.items()}


def _hash(task: str, key: bytes) -> bytes:
    return blake2b(task.encode("utf-8", "surrogatepass"), digest_size=16, key=key).digest()
