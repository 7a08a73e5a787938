"""The judging process.

It reads questions on standard input, answers on standard output, and has limits of memory and
time.
"""

from __future__ import annotations

import logging
import resource
import signal
import sys
from typing import BinaryIO

from agent.mail.trust.examine import examine
from agent.mail.trust.sandbox_wire import Question, SandboxAnswer, answer_to_json, question_from_json
from agent.mail.trust.signatures import Key

READY = b"ready"
_HEAD = 4  # bytes of a frame's length


def main() -> None:
    """Say that everything is imported, then answer until standard input ends.

    Arguments: memory in MB, seconds of processor time a question may take, seconds of any time.
    """
    memory, seconds, wall = int(sys.argv[1]) * 1024 * 1024, float(sys.argv[2]), float(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then closes our input
    logging.getLogger("dkimpy").setLevel(logging.CRITICAL)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(frame(READY))
    sink.flush()
    while (data := read_frame(source)) is not None:
        signal.setitimer(
            signal.ITIMER_PROF, seconds
        )  # SIGPROF ends us, in C code too: waiting on a busy machine does not count
        signal.setitimer(signal.ITIMER_REAL, wall * 2)  # in case no parent is left to end this process
        answer = answer_to_json(_answer(question_from_json(data)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        sink.write(frame(answer))
        sink.flush()


def frame(data: bytes) -> bytes:
    """A message with its length in front."""
    return len(data).to_bytes(_HEAD, "big") + data


def read_frame(source: BinaryIO) -> bytes | None:
    """One message; None at the end."""
    head = source.read(_HEAD)
    if len(head) < _HEAD:
        return None
    return source.read(int.from_bytes(head, "big"))


def _answer(question: Question) -> SandboxAnswer:
    wanted: list[str] = []

    def resolver(name: str) -> Key:
        if name not in question.keys:
            wanted.append(name)
            return Key(problem="not looked up yet")
        return question.keys[name]

    examination = examine(
        question.raw, policy=question.policy, resolver=resolver, now=question.now, arrived_at=question.arrived_at
    )
    return SandboxAnswer(examination=None, wanted=tuple(wanted)) if wanted else SandboxAnswer(examination=examination)


if __name__ == "__main__":
    main()
