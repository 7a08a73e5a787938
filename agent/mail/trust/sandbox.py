"""Judging mails in a process of its own.

Hostile bytes are parsed there, with limits of time and memory.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from agent.mail.trust.judgement import Examination, TrustPolicy
from agent.mail.trust.sandbox_process import READY, frame
from agent.mail.trust.sandbox_wire import Question, SandboxAnswer, answer_from_json, question_to_json
from agent.mail.trust.signatures import Key

HUNG, DIED, UNAVAILABLE = "judge_hung", "judge_died", "judge_unavailable"
_ROUNDS = 3  # the first answer names the keys it needs
_START_SECONDS = 30.0  # a fresh process imports before it says that it is ready; no message's time runs meanwhile
_WALL = 5.0  # times the limit of processor time, for a process that stands still
_MOST = 8_000_000  # bytes of an answer


class JudgeLostError(Exception):
    """No judgement came.

    `reason` is `judge_hung` or `judge_died` for the message's doing, `judge_unavailable` if not.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Judge:
    """Examines messages in separate processes.

    They are started when needed, and again after they were lost.

    Safe to share between threads; up to `processes` messages are examined at once, the others wait.
    """

    def __init__(self, *, look_up: Callable[[str], Key], seconds: float, memory_mb: int, processes: int = 1) -> None:
        self._look_up = look_up
        self._processes = [_Process(seconds=seconds, memory_mb=memory_mb) for _ in range(processes)]
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()  # the last one used is warm
        self._closed = False
        for process in self._processes:
            self._idle.put(process)

    @property
    def pids(self) -> list[int]:
        """The process numbers of those that run."""
        return [pid for process in self._processes if (pid := process.pid) is not None]

    def examine(self, raw: bytes, *, policy: TrustPolicy, now: datetime, arrived_at: datetime | None) -> Examination:
        """Examine a message; keys are looked up here, outside the limits.

        Raises:
            JudgeLostError: no process could be started, or it did not survive the message.
        """
        keys: dict[str, Key] = {}
        for _ in range(_ROUNDS):
            answer = self._ask(Question(raw=raw, policy=policy, keys=keys, now=now, arrived_at=arrived_at))
            if answer.examination is not None:
                return answer.examination
            keys |= {name: self._look_up(name) for name in answer.wanted[:10]}
        raise JudgeLostError(DIED, "the judging process asks for ever more keys")

    def warm(self) -> None:
        """Start the processes ahead of the first messages; several may come at once.

        Raises:
            JudgeLostError: it does not start.
        """
        with ExitStack() as taken:
            for _ in self._processes:
                taken.enter_context(self._taken()).start()

    def close(self) -> None:
        """End the processes; a message that is being examined stays without a judgement."""
        self._closed = True
        for process in self._processes:
            process.kill()
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def _ask(self, question: Question) -> SandboxAnswer:
        try:
            with self._taken() as process:
                return process.ask(question)
        except JudgeLostError as err:
            if self._closed:
                raise JudgeLostError(UNAVAILABLE, "the agent is stopping") from err
            raise

    @contextmanager
    def _taken(self) -> Iterator[_Process]:
        process = self._idle.get()
        try:
            yield process
        finally:
            if self._closed:
                process.end()
            self._idle.put(process)


class _Process:
    """One judging process; used by one thread at a time, killed by any."""

    def __init__(self, *, seconds: float, memory_mb: int) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its number, while it runs."""
        return None if self._running is None else self._running.pid

    def ask(self, question: Question) -> SandboxAnswer:
        """One question; its time begins when the process is ready.

        Raises:
            JudgeLostError: as `Judge.examine` says.
        """
        running = self.start()
        try:
            data = _exchange(
                running, frame(question_to_json(question)), time.monotonic() + max(self._seconds * _WALL, 2.0)
            )
            return answer_from_json(data, arrived_at=question.arrived_at)
        except TimeoutError as err:
            self.end()
            raise self._hung() from err
        except (OSError, ValueError, EOFError) as err:
            if self.end(within=2.0) == -signal.SIGPROF:
                raise self._hung() from err
            raise JudgeLostError(DIED, "the judging process did not survive the message") from err

    def start(self) -> subprocess.Popen[bytes]:
        """The process, started and ready.

        Raises:
            JudgeLostError: it does not start.
        """
        if self._running is not None and self._running.poll() is None:
            return self._running
        self.end()
        try:
            self._running = running = self._spawn()
            _await_ready(running)
        except (OSError, ValueError, EOFError) as err:  # a time-out is an OSError
            self.end()
            raise JudgeLostError(UNAVAILABLE, f"the judging process does not start ({type(err).__name__})") from err
        return running

    def kill(self) -> None:
        """End it, although a caller may wait for its answer."""
        if (running := self._running) is not None:
            running.kill()

    def end(self, *, within: float = 0.0) -> int | None:
        """End it and return how it ended, None if it did not run.

        It has some seconds to end by itself.
        """
        running, self._running = self._running, None
        if running is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=within)
        running.kill()
        for pipe in (running.stdin, running.stdout):
            if pipe is not None:
                pipe.close()
        return running.wait()

    def _hung(self) -> JudgeLostError:
        return JudgeLostError(HUNG, f"judging took longer than {self._seconds:g} s")

    def _spawn(self) -> subprocess.Popen[bytes]:
        limits = (str(self._memory_mb), str(self._seconds), str(self._seconds * _WALL))
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "agent.mail.trust.sandbox_process", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.defpath},
            bufsize=0,
            process_group=0,  # a terminal's Ctrl-C is for the daemon, which ends this process when it has stopped
        )


def _await_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    limit = time.monotonic() + _START_SECONDS
    size = int.from_bytes(_read(process.stdout.fileno(), 4, limit), "big")
    if size != len(READY) or _read(process.stdout.fileno(), size, limit) != READY:
        raise ValueError("another greeting than the judging process has")


def _exchange(process: subprocess.Popen[bytes], data: bytes, limit: float) -> bytes:
    """Write a frame and read one, both within the time limit.

    A full pipe must not block us.
    """
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
    data = bytearray()
    while len(data) < size:
        _wait(source, select.POLLIN, limit)
        piece = os.read(source, size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _wait(descriptor: int, event: int, limit: float) -> None:
    poller = select.poll()
    poller.register(descriptor, event)
    if not poller.poll(max(0.0, limit - time.monotonic()) * 1000):
        raise TimeoutError
