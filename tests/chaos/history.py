"""What clients were told about their appends, and whether a list that was read in the end agrees with it.

Every append has an identity of its own, larger than those that the same writer appended before, and a fate:

  SURE      it was done, and as durable as the run demands: it must be there
  DONE      it was done; a failover may have lost it
  UNKNOWN   the answer was lost: it may have been done at any time after it was sent, or not at all
  REFUSED   an error said that it was not done: it must not be there
"""

SURE, DONE, UNKNOWN, REFUSED = "sure", "done", "unknown", "refused"


class History:
    """The appends to one list by its only writer."""

    def __init__(self):
        self.fates = {}

    def add(self, identity, fate):
        assert identity not in self.fates
        self.fates[identity] = fate

    def count(self, *fates):
        return sum(fate in fates for fate in list(self.fates.values()))

    def problems(self, found):
        """What is wrong with the list; `found` are the identities in it, in their order."""
        problems = []
        present = set(found)
        lost = [identity for identity, fate in self.fates.items() if fate == SURE and identity not in present]
        if lost:
            problems.append(f"lost {lost}")
        if len(present) != len(found):
            problems.append(f"doubled {sorted(one for one in present if found.count(one) > 1)}")
        strange = [one for one in present if self.fates.get(one, REFUSED) == REFUSED]
        if strange:
            problems.append(f"there, though refused or never sent: {sorted(strange)}")
        return problems + self._order(found)

    def _order(self, found):
        """What was done before something else was sent stands before it."""
        earliest = None  # of those behind that are known to have been done when they were answered
        for identity in reversed(found):
            if earliest is not None and identity > earliest:
                return [f"{identity} stands before {earliest}"]
            if self.fates.get(identity) in (SURE, DONE):
                earliest = identity if earliest is None else min(earliest, identity)
        return []


class Count:
    """The increments of one counter."""

    def __init__(self):
        self.fates = {SURE: 0, DONE: 0, UNKNOWN: 0, REFUSED: 0}

    def add(self, fate):
        self.fates[fate] += 1

    def problems(self, found):
        least = self.fates[SURE]
        most = least + self.fates[DONE] + self.fates[UNKNOWN]
        return [] if least <= found <= most else [f"{found}, not from {least} to {most}"]
