"""The relay: joins one line and one viewer, and lets nothing through without the wheel."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from agent.takeover.protocol import BadMessageError, picture, said
from agent.takeover.relay import Relay, Viewer

PICTURE = picture(1, width=10, height=10, jpeg=b"\xff\xd8\xff")


@dataclass(slots=True)
class Ear:
    """What one end heard."""

    heard: list[str | bytes] = field(default_factory=list)

    async def __call__(self, message: str | bytes) -> None:
        self.heard.append(message)

    def of(self, kind: str) -> list[dict[str, Any]]:
        told = [json.loads(each) for each in self.heard if isinstance(each, str)]
        return [each for each in told if each["type"] == kind]


@dataclass(slots=True)
class Scene:
    """A worker, the driver, and whoever else."""

    relay: Relay = field(default_factory=Relay)
    worker: Ear = field(default_factory=Ear)
    driver: Ear = field(default_factory=Ear)
    other: Ear = field(default_factory=Ear)

    async def begin(self, *, token: int = 7) -> Viewer:
        await self.relay.worker_comes("t", self.worker)
        viewer = Viewer(person="dora", send=self.driver)
        await self.relay.viewer_comes("t", viewer)
        await self.wheel(token, "person", "dora")
        return viewer

    async def wheel(self, token: int, holder: str, person: str | None) -> None:
        await self.relay.worker_says("t", self.worker, said("wheel", token=token, holder=holder, person=person))


def click(token: int) -> str:
    return json.dumps({"type": "mouse", "act": "down", "x": 1, "y": 2, "token": token})


async def test_worker_hears_who_comes_and_goes() -> None:
    scene = Scene()
    viewer = await scene.begin()
    await scene.relay.viewer_goes("t", viewer)
    assert [(each["type"], each["person"]) for each in map(json.loads, scene.worker.heard)] == [
        ("here", "dora"),
        ("gone", "dora"),
    ]


async def test_event_with_the_wheel_reaches_the_worker_once() -> None:
    scene = Scene()
    viewer = await scene.begin()
    assert await scene.relay.viewer_says("t", viewer, click(7))
    assert [each["person"] for each in scene.worker.of("act")] == ["dora"]


@pytest.mark.parametrize("change", ["older token", "newer token", "curtain", "agent", "other person", "line gone"])
async def test_event_without_the_wheel_is_refused_and_counted(change: str) -> None:
    scene = Scene()
    viewer, token = await scene.begin(), 7
    if change in ("older token", "newer token"):
        token = 6 if change == "older token" else 8
    elif change == "curtain":
        await scene.relay.worker_says("t", scene.worker, said("curtain", dark=True))
    elif change == "line gone":
        await scene.relay.worker_goes("t", scene.worker)
    else:
        await scene.wheel(7, "agent" if change == "agent" else "person", "eve")
    assert not await scene.relay.viewer_says("t", viewer, click(token))
    assert scene.worker.of("act") == []
    assert scene.relay.takeovers["t"].refused == 1


@pytest.mark.parametrize(
    ("driver", "token", "arrives"),
    [("dora", 7, True), ("dora", 6, True), (None, 6, True), ("eve", 6, False)],
    ids=["with the wheel", "a late token", "under the curtain", "another driver"],
)
async def test_a_person_can_leave_whatever_happens_to_the_wheel_meanwhile(
    driver: str | None, token: int, arrives: bool
) -> None:
    scene = Scene()
    viewer = await scene.begin()
    await scene.wheel(7, "agent" if driver is None else "person", driver)
    assert await scene.relay.viewer_says("t", viewer, json.dumps({"type": "give_up", "token": token})) is arrives
    assert bool(scene.worker.of("act")) is arrives


async def test_refused_event_does_not_come_later() -> None:
    scene = Scene()
    viewer = await scene.begin()
    await scene.wheel(8, "nobody", "dora")
    await scene.relay.viewer_says("t", viewer, click(9))
    await scene.wheel(9, "person", "dora")
    assert scene.worker.of("act") == []


async def test_of_ten_thousand_events_of_a_second_driver_none_arrives() -> None:
    scene, random = Scene(), Random(1)
    first = await scene.begin()
    older = Viewer(person="dora", send=Ear())  # a window of the same person that was replaced
    await scene.relay.viewer_comes("t", older)
    await scene.relay.viewer_comes("t", first)
    second = Viewer(person="eve", send=scene.other)  # has no desk: it never came through the door
    for _ in range(10_000):
        sender = random.choice((second, older))
        assert not await scene.relay.viewer_says("t", sender, click(random.randrange(20)))
    assert scene.worker.of("act") == []
    assert scene.relay.takeovers["t"].refused == 10_000
    assert await scene.relay.viewer_says("t", first, click(7))


async def test_no_picture_passes_while_the_curtain_is_drawn() -> None:
    scene = Scene()
    await scene.begin()
    await scene.relay.worker_says("t", scene.worker, PICTURE)
    await scene.relay.worker_says("t", scene.worker, said("curtain", dark=True))
    await scene.relay.worker_says("t", scene.worker, PICTURE)
    assert sum(isinstance(each, bytes) for each in scene.driver.heard) == 1


async def test_replaced_line_says_nothing_more() -> None:
    scene = Scene()
    viewer = await scene.begin()
    again = Ear()
    await scene.relay.worker_comes("t", again)
    await scene.relay.worker_says("t", scene.worker, PICTURE)
    await scene.relay.worker_goes("t", scene.worker)
    assert scene.relay.takeovers["t"].line is again
    assert not await scene.relay.viewer_says("t", viewer, click(7))  # the new line has told of no wheel yet
    assert [each for each in scene.driver.heard if isinstance(each, bytes)] == []


async def test_viewer_that_comes_later_is_told_how_things_stand() -> None:
    scene = Scene()
    await scene.begin()
    later = Ear()
    await scene.relay.viewer_comes("t", Viewer(person="dora", send=later))
    assert later.of("wheel") == [{"type": "wheel", "token": 7, "holder": "person", "person": "dora"}]


async def test_bad_message_is_no_event_and_forgotten_desks_are_gone() -> None:
    scene = Scene()
    viewer = await scene.begin()
    with pytest.raises(BadMessageError):
        await scene.relay.viewer_says("t", viewer, '{"type":"goto","token":7}')
    with pytest.raises(BadMessageError):
        await scene.relay.worker_says("t", scene.worker, b"<svg onload=alert(1)>")
    await scene.relay.viewer_goes("t", viewer)
    await scene.relay.worker_goes("t", scene.worker)
    assert scene.relay.takeovers == {}
