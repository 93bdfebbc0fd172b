"""A server with somebody who asks, as tests of several files need it."""

from servers import wait_until


class Node:
    """A server, one node of a cluster or alone, and a connection that asks it."""

    def __init__(self, server, cluster=False):
        self.server = server
        self.cluster = cluster
        self.admin = server.raw(limit=30)
        if cluster:
            assert self("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == "OK"
            wait_until(lambda: b"cluster_state:ok" in self("CLUSTER", "INFO"))

    def __call__(self, *command):
        return self.admin.command(*command)

    def key(self, name):
        """In cluster mode all keys of a command must be of one slot."""
        return f"{{together}}{name}" if self.cluster else name

    def keys(self, count, prefix="k"):
        return [self.key(f"{prefix}:{number}") for number in range(count)]
