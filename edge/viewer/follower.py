"""Follows the daemon and tells the hub; a refused key is shown, not fatal."""

import asyncio

from edge.client import EstimateStream, LinkError
from edge.viewer.hub import Hub

BEAT_S = 0.5
"""A page that hears nothing for longer knows that this process is gone."""


async def follow(stream: EstimateStream, hub: Hub) -> None:
    """Hand on every message until cancelled."""
    problem: str | None = None
    was_connected = False
    while True:
        try:
            message = await stream.receive_async(BEAT_S / 2)
        except LinkError as error:
            problem, message = str(error), None
            await asyncio.sleep(BEAT_S)
        if message is not None:
            hub.take(message)
        if stream.connected:
            problem = None
        if stream.connected != was_connected or problem:
            was_connected = stream.connected
            hub.link(connected=was_connected, problem=problem)
        # With messages always waiting, nothing above would let the others run.
        await asyncio.sleep(0)


async def beat(hub: Hub) -> None:
    """A sign of life twice a second."""
    while True:
        await asyncio.sleep(BEAT_S)
        hub.beat()
