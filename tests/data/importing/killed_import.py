"""A program for the durability tests: import one file and say so when it is acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from data.importing import mapping, publishing, running
from data.snapshots import Store


def main() -> None:
    acknowledge = publishing.acknowledge

    def told(*arguments: object) -> Path:
        entry = acknowledge(*arguments)  # type: ignore[arg-type]
        print("acknowledged", flush=True)
        return entry

    publishing.acknowledge = told  # type: ignore[assignment]
    print("started", flush=True)
    running.run(Store(Path(sys.argv[1])), [Path(sys.argv[2])], mapping.load(Path(sys.argv[3])))
    print("published", flush=True)


if __name__ == "__main__":
    main()
