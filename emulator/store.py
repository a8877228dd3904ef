"""What a wire keeps between requests: uploaded files, and jobs that take a few polls to be done."""

import time
from dataclasses import dataclass, field
from typing import Any

from .problem import Problem


@dataclass(slots=True)
class Stored:
    """A file on the shelf."""

    id: str
    filename: str
    mime: str
    data: bytes
    purpose: str = ""
    created: int = field(default_factory=lambda: int(time.time()))


@dataclass(slots=True)
class Shelf:
    """Files by id."""

    files: dict[str, Stored] = field(default_factory=dict)

    def put(self, file: Stored) -> Stored:
        self.files[file.id] = file
        return file

    def get(self, id: str) -> Stored:
        if id not in self.files:
            raise Problem("not_found", f"No such File object: {id}", param="id")
        return self.files[id]

    def drop(self, id: str) -> None:
        self.get(id)
        del self.files[id]


@dataclass(slots=True)
class Job:
    """Something that is done after it was asked for so many times."""

    id: str
    request: dict[str, Any]
    polls_left: int
    results: list[Any] = field(default_factory=list)
    output: str = ""
    failure: str = ""
    stuck: bool = False
    created: int = field(default_factory=lambda: int(time.time()))

    def poll(self) -> bool:
        """Whether it is done by now."""
        if self.stuck:
            return False
        self.polls_left -= 1
        return self.polls_left < 0

    @property
    def done(self) -> bool:
        return not self.stuck and self.polls_left < 0


@dataclass(slots=True)
class Jobs:
    """Jobs by id."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def put(self, job: Job) -> Job:
        self.jobs[job.id] = job
        return job

    def get(self, id: str) -> Job:
        if id not in self.jobs:
            raise Problem("not_found", f"No batch found with id '{id}'.", param="id")
        return self.jobs[id]
