"""What each socket of a person is told, whatever it shows."""

import asyncio
import logging

from asgiref.sync import async_to_sync
from bson import ObjectId
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TIMEOUT = 2.0  # seconds for Valkey to answer


def group(user_id: ObjectId) -> str:
    """Every socket of this person listens here."""
    return f"user.{user_id}"


def tell(user_id: ObjectId, what: str) -> None:
    """``what`` names a method of the consumer. Nobody depends on it: what it tells of can be seen elsewhere."""

    async def send() -> None:
        async with asyncio.timeout(TIMEOUT):
            await get_channel_layer().group_send(group(user_id), {"type": what})

    try:
        async_to_sync(send)()
    except (RedisError, OSError) as error:
        logger.warning("The sockets of a person could not be told of %s: %s", what, error)
