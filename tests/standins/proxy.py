"""A proxy that opens the tunnels it is asked for, but all to one place: the stand-ins.

It speaks TLS as whoever was asked for, with a certificate of an authority made for the occasion.
"""

import asyncio
import ssl
from contextlib import suppress

import trustme


class Proxy:
    def __init__(self, authority: trustme.CA, sites_port: int) -> None:
        self.authority, self.sites_port = authority, sites_port
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def start(self, port: int = 0) -> int:
        """The port it listens on."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        self._server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._tunnel(reader, writer)
        writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split()
        if method != "CONNECT":
            writer.write(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(self._context(target.rpartition(":")[0]))
        sites_reader, sites_writer = await asyncio.open_connection("127.0.0.1", self.sites_port)
        try:
            await asyncio.gather(_pipe(reader, sites_writer), _pipe(sites_reader, writer))
        finally:
            sites_writer.close()

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()
