"""Judging at arm's length: hostile bytes are parsed in a process of their own, with limits of time and memory."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime

from agent.mail.trust.examine import Examination, TrustPolicy
from agent.mail.trust.sandbox_process import frame
from agent.mail.trust.sandbox_wire import Answer, Question, answer_from_json, question_to_json
from agent.mail.trust.signatures import Key

_ROUNDS = 3  # the first answer names the keys it needs
_START_SECONDS = 15.0  # a fresh process imports before it answers
_MOST = 8_000_000  # bytes of an answer


class JudgeLostError(Exception):
    """The judging process hung or died on this message; `reason` is `judge_hung` or `judge_died`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Judge:
    """Examines messages in a separate process, which is started when needed and again after it was lost. Safe to share."""

    def __init__(self, *, look_up: Callable[[str], Key], seconds: float, memory_mb: int) -> None:
        self._look_up = look_up
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True
        self._lock = threading.Lock()

    def examine(self, raw: bytes, *, policy: TrustPolicy, now: datetime, arrived_at: datetime | None) -> Examination:
        """Examine a message; keys are looked up here, outside the limits.

        Raises:
            JudgeLostError: the process did not survive the message.
        """
        keys: dict[str, Key] = {}
        for _ in range(_ROUNDS):
            answer = self._ask(Question(raw=raw, policy=policy, keys=keys, now=now, arrived_at=arrived_at))
            if answer.examination is not None:
                return answer.examination
            keys |= {name: self._look_up(name) for name in answer.wanted[:10]}
        raise JudgeLostError("judge_died", "the judging process asks for ever more keys")

    def warm(self) -> None:
        """Start the process ahead of the first message."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, question: Question) -> Answer:
        with self._lock:
            process = self._running()
            limit = time.monotonic() + self._seconds + (_START_SECONDS if self._fresh else 0.0)
            try:
                data = _exchange(process, frame(question_to_json(question)), limit)
                answer = answer_from_json(data, arrived_at=question.arrived_at)
            except TimeoutError as err:
                self._end()
                raise JudgeLostError("judge_hung", f"judging took longer than {self._seconds:g} s") from err
            except (OSError, ValueError, EOFError) as err:
                self._end()
                raise JudgeLostError("judge_died", "the judging process did not survive the message") from err
            self._fresh = False
            return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "agent.mail.trust.sandbox_process",
                    str(self._memory_mb),
                    str(self._seconds + _START_SECONDS),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.defpath},
                bufsize=0,
            )
            self._fresh = True
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], data: bytes, limit: float) -> bytes:
    """Write a frame and read one, both within the time limit: a full pipe must not block us."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    sink, source = process.stdin.fileno(), process.stdout.fileno()
    os.set_blocking(sink, False)
    left = memoryview(data)
    while left:
        _wait(sink, select.POLLOUT, limit)
        left = left[os.write(sink, left[:65536]) :]
    size = int.from_bytes(_read(source, 4, limit), "big")
    if size > _MOST:
        raise ValueError("the answer is too long")
    return _read(source, size, limit)


def _read(source: int, size: int, limit: float) -> bytes:
    data = b""
    while len(data) < size:
        _wait(source, select.POLLIN, limit)
        piece = os.read(source, size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _wait(descriptor: int, event: int, limit: float) -> None:
    poller = select.poll()
    poller.register(descriptor, event)
    if not poller.poll(max(0.0, limit - time.monotonic()) * 1000):
        raise TimeoutError
