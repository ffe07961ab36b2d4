"""A stand-in for AI services: real TLS, real shapes, and a memory of what reached it.

Knows nothing of guard: it answers what OpenAI and Anthropic would, so that their own SDKs accept it.
"""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StandIn:
    """Serves HTTPS on a port of its own; `requests` holds (path, body) of all that arrived."""

    def __init__(self, certificate):
        self.requests = []
        self.cancelled = threading.Event()
        handler = type("Handler", (_Handler,), {"stand_in": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def take(self):
        """What arrived since the last call."""
        taken, self.requests = self.requests, []
        return taken


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.stand_in.requests.append((self.path, b""))
        self.reply({"object": "list", "data": []})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.stand_in.requests.append((self.path, body))
        request = json.loads(body)
        if self.path.endswith("/chat/completions"):
            self.openai(request)
        elif self.path.endswith("/messages"):
            self.anthropic(request)
        else:
            self.reply({"error": {"message": "no such route"}}, 404)

    def reply(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, events):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for event in events:
                data = event.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.stand_in.cancelled.set()
            self.close_connection = True

    def openai(self, request):
        """Echoes the last user message."""
        content = request["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[0]["text"]
        if not request.get("stream"):
            self.reply({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": request["model"],
                "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None,
                             "message": {"role": "assistant", "content": text, "refusal": None}}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            })
            return

        def chunk(delta, finish=None):
            return "data: " + json.dumps({
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": request["model"],
                "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
            }) + "\n\n"

        def events():
            yield chunk({"role": "assistant", "content": ""})
            repeat = 100_000 if "sans fin" in text else 1
            for _ in range(repeat):
                for start in range(0, len(text), 3):
                    yield chunk({"content": text[start:start + 3]})
            yield chunk({}, "stop")
            yield "data: [DONE]\n\n"

        self.stream(events())

    def anthropic(self, request):
        content = request["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[0]["text"]
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": request["model"],
                   "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
                   "usage": {"input_tokens": 1, "output_tokens": 1}}
        if not request.get("stream"):
            self.reply(message)
            return

        def event(name, data):
            return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"

        def events():
            yield event("message_start", {"message": {**message, "content": []}})
            yield event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
            for start in range(0, len(text), 3):
                yield event("content_block_delta",
                            {"index": 0, "delta": {"type": "text_delta", "text": text[start:start + 3]}})
            yield event("content_block_stop", {"index": 0})
            yield event("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None},
                                          "usage": {"output_tokens": 1}})
            yield event("message_stop", {})

        self.stream(events())
