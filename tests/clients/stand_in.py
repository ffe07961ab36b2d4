"""A stand-in for AI services: real TLS, HTTP/1.1 and HTTP/2, WebSockets over both, and a memory of what reached it.

Knows nothing of guard. What the services say stands in shapes.py; here is how it travels.
"""

import asyncio
import json
import pathlib
import socket
import ssl
import threading
import urllib.parse
import zlib

from hypercorn.asyncio import serve
from hypercorn.config import Config

import shapes


class StandIn:
    """Serves on a port of its own; `requests` holds (path, body) of all that arrived, WebSocket messages too."""

    def __init__(self, certificate, folder):
        self.requests = []
        self.cancelled = threading.Event()
        self.files, self.pages = {}, {}
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.config = Config()
        self.config.bind = [f"fd://{listener.detach()}"]
        self.config.alpn_protocols = ["h2", "http/1.1"]
        self.config.accesslog = self.config.errorlog = None
        folder = pathlib.Path(folder)
        certificate.private_key_pem.write_to_path(str(folder / "stand-in.key"))
        certificate.cert_chain_pems[0].write_to_path(str(folder / "stand-in.pem"))
        self.config.keyfile, self.config.certfile = str(folder / "stand-in.key"), str(folder / "stand-in.pem")
        self.ready, self.stop = threading.Event(), None
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)
        self.thread.start()
        assert self.ready.wait(20)

    async def serve(self):
        self.stop = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        # A client that goes away in the middle of TLS is no news.
        self.loop.set_exception_handler(lambda *_: None)
        self.loop.call_soon(self.ready.set)
        await serve(self.answer, self.config, shutdown_trigger=self.stop.wait)

    def close(self):
        self.loop.call_soon_threadsafe(self.stop.set)

    def take(self):
        """What arrived since the last call."""
        taken, self.requests = self.requests, []
        return taken

    async def answer(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return
        if scope["type"] == "websocket":
            return await self.converse(scope, receive, send)
        body = b""
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            body, more = body + event["body"], event.get("more_body", False)
        path = scope["path"]
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode().split(":")[0]
        if path in self.files:
            return await reply(send, self.files[path], "application/octet-stream")
        if path in self.pages:
            return await reply(send, self.pages[path], "text/html")
        if scope["method"] == "GET" and path == "/":
            return await reply(send, shapes.PAGE, "text/html; charset=utf-8")
        if scope["method"] == "GET" and path == "/worker.js":
            return await reply(send, shapes.WORKER, "text/javascript")
        if scope["method"] == "GET" and path == "/events":
            prompt = urllib.parse.parse_qs(scope["query_string"].decode())["prompt"][0]
            self.requests.append((path, prompt.encode()))
            request = {"model": "m", "stream": True, "messages": [{"role": "user", "content": prompt}]}
            return await self.stream(shapes.chat(request), receive, send)
        if scope["method"] == "GET":
            return await reply(send, b"", "text/plain", 404)
        if headers.get(b"content-encoding") == b"deflate":
            body = zlib.decompress(body)
        self.requests.append((path, body))
        answer = shapes.answer(host, path, scope["query_string"].decode(), json.loads(body))
        if answer is None:
            return await reply(send, b'{"error":{"message":"no such route"}}', "application/json", 404)
        if isinstance(answer.body, bytes):
            return await reply(send, answer.body, answer.kind)
        await self.stream(answer, receive, send)

    async def stream(self, answer, receive, send):
        """Sends piece by piece, and notes where the client goes away."""
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-type", answer.kind.encode())]})
        gone = asyncio.ensure_future(receive())
        for piece in answer.body:
            if gone.done():
                self.cancelled.set()
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def converse(self, scope, receive, send):
        """OpenAI's realtime interface and Gemini's live one: says back what it was told."""
        await receive()
        await send({"type": "websocket.accept"})
        conversation = shapes.Live() if "BidiGenerateContent" in scope["path"] else shapes.Realtime()
        coming = asyncio.ensure_future(receive())
        while True:
            event = await coming
            if event["type"] != "websocket.receive":
                self.cancelled.set()
                return
            coming = asyncio.ensure_future(receive())
            said = event.get("text") or event["bytes"].decode()
            self.requests.append((scope["path"], said.encode()))
            for message in conversation.answers(json.loads(said)):
                if coming.done():
                    break
                await send({"type": "websocket.send", conversation.kind: message})
                await asyncio.sleep(0)


async def reply(send, body, kind, status=200):
    """A whole answer."""
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
