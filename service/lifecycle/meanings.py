"""What a name's references mean while it is served: the registry's word, once the version it names is open."""

from collections.abc import Container, Mapping

from models.references import CHAMPION
from models.registry.listing import Entry

# The version that each reference to a name means: by its alias, and by None where the bare name is meant.
Meanings = Mapping[str | None, int]


def wanted(entry: Entry) -> Meanings:
    """What the registry says, whether or not it is there; nothing where its aliases can't be read."""
    if entry.problem is not None or not entry.versions:
        return {}
    found: dict[str | None, int] = dict(entry.aliases.items())
    return found | {None: entry.default}


def meanings(entry: Entry, proven: Meanings, opened: Container[int], refused: Container[int]) -> Meanings:
    """What each reference means now, given what is open and what was refused.

    `proven` is what each meant when that was last open. A reference goes on meaning it until what the registry wants
    is open, and for as long as that is refused, is not there or can't be known. A bare name that nobody has promoted
    and that has meant nothing yet, as after a restart, means its newest version that was not refused.
    """
    present = {alias: version for alias, version in proven.items() if version in entry.versions}
    if entry.problem is not None:
        return present
    found: dict[str | None, int] = {}
    for alias, version in wanted(entry).items():
        before = present.get(alias)
        if before is None and alias is None and CHAMPION not in entry.aliases:
            before = max((each for each in entry.versions if each not in refused), default=None)
        good = version in entry.versions and version not in refused
        # What the old version is, is closed: whoever asks next waits for an opening, so let it be the new one's.
        if before is None or version in opened or (good and before not in opened):
            before = version
        if before in entry.versions:
            found[alias] = before
    return found
