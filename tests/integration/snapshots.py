"""What tests of snapshots share: servers that start from a file, data, and what a writer under way has seen."""

import shutil
import threading

import redis
from servers import wait_until

NAME = "dump.rdb"


def copy_to(source, target_start, **directives):
    """Starts another server on a copy of this one's file, and waits until it has loaded it."""
    target = target_start(ready=False, **directives)
    target.kill()
    shutil.copy(source.directory / NAME, target.directory / NAME)
    target.start()
    return wait_loaded(target)


def wait_loaded(server):
    client = server.client()
    wait_until(lambda: client.info("persistence")["loading"] == 0, 60, "the file is loaded")
    return server


def persistence(client):
    return client.info("persistence")


def wait_saved(client, limit=60):
    """Waits for the end of BGSAVE."""
    wait_until(lambda: persistence(client)["rdb_bgsave_in_progress"] == 0, limit, "BGSAVE ends")
    return persistence(client)


def fault(client, kind, count, **options):
    """The next `count` operations on files fail or take long: error=errno, length=bytes, delay=ms."""
    words = [part for name, value in options.items() for part in (name, value)]
    client.execute_command("DEBUG", "FILE-FAULT", kind, count, *words)


class Writers:
    """Threads that write until the end of the block; an error of one is raised there."""

    def __init__(self, server, count, write):
        self.stopping = threading.Event()
        self.errors = []
        self.rounds = 0
        self.threads = [
            threading.Thread(target=self._run, args=(server, write, number), daemon=True) for number in range(count)
        ]

    def _run(self, server, write, number):
        try:
            with redis.Redis(host="127.0.0.1", port=server.port) as client:
                round_number = 0
                while not self.stopping.is_set():
                    write(client, number, round_number)
                    round_number += 1
                    self.rounds += 1
        except Exception as error:  # told by __exit__
            self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.rounds > len(self.threads) or self.errors, 30, "the writers write")
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        assert not self.errors, self.errors
