"""What AI services answer, in their own shapes, whole and streamed: each says back the last thing it was told.

Sockets are not its business. The shapes are those that the services' own SDKs accept.
"""

import binascii
import dataclasses
import json
import struct
import typing

JSON = "application/json"
SSE = "text/event-stream"

# A chat page as the web applications have them: it asks with `fetch`, streams, and opens a WebSocket.
PAGE = """<!doctype html><meta charset="utf-8"><title>chat</title><script>
async function ask(prompt, stream, signal) {
  const answer = await fetch("/v1/chat/completions", {method: "POST", headers: {"content-type": "application/json"},
    body: JSON.stringify({model: "m", stream, messages: [{role: "user", content: prompt}]}), signal});
  if (!answer.ok) {
    const fault = await answer.json();
    return {status: answer.status, refused: fault.error?.message ?? fault.detail,
      decision: answer.headers.get("x-guard-decision")};
  }
  if (!stream) return {text: (await answer.json()).choices[0].message.content};
  let rest = "", text = "", parts = 0;
  const decoder = new TextDecoder();
  for (const reader = answer.body.getReader(); ;) {
    const {done, value} = await reader.read();
    if (done) return {text, parts};
    rest += decoder.decode(value, {stream: true});
    const lines = rest.split("\\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue;
      const delta = JSON.parse(line.slice(6)).choices[0].delta.content;
      if (delta) { text += delta; parts += 1; }
      if (signal && delta) return {text, parts};
    }
  }
}
// The same as `ask`, its body sent piece by piece.
async function upload(prompt) {
  const text = JSON.stringify({model: "m", messages: [{role: "user", content: prompt}]});
  const pieces = [text.slice(0, 40), text.slice(40, 70), text.slice(70)].map(piece => new TextEncoder().encode(piece));
  const body = new ReadableStream({pull(controller) {
    if (pieces.length) controller.enqueue(pieces.shift()); else controller.close();
  }});
  const answer = await fetch("/v1/chat/completions", {method: "POST", duplex: "half", body,
    headers: {"content-type": "application/json"}});
  const said = await answer.json();
  return answer.ok ? {text: said.choices[0].message.content} : {refused: said.error?.message ?? said.detail};
}
// A word for a page that is being left, to which there is no answer.
function beacon(prompt) {
  const text = JSON.stringify({model: "m", messages: [{role: "user", content: prompt}]});
  return navigator.sendBeacon("/v1/chat/completions", new Blob([text], {type: "application/json"}));
}
function listen(prompt) {
  return new Promise(resolve => {
    const source = new EventSource("/events?" + new URLSearchParams({prompt}));
    let text = "", parts = 0;
    source.onmessage = event => {
      if (event.data === "[DONE]") { source.close(); resolve({text, parts}); return; }
      text += JSON.parse(event.data).choices[0].delta.content ?? ""; parts += 1;
    };
    source.onerror = () => { resolve({refused: source.readyState === EventSource.CLOSED}); source.close(); };
  });
}
// Has all that the page asks for go through a service worker.
async function work() {
  await navigator.serviceWorker.register("/worker.js");
  if (!navigator.serviceWorker.controller)
    await new Promise(resolve => navigator.serviceWorker.oncontrollerchange = resolve);
}
async function rest() {
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
}
function talk(text) {
  return new Promise(resolve => {
    const socket = new WebSocket(`wss://${location.host}/v1/realtime?model=m`);
    let said = "", parts = 0;
    socket.onopen = () => {
      socket.send(JSON.stringify({type: "conversation.item.create",
        item: {type: "message", role: "user", content: [{type: "input_text", text}]}}));
      socket.send(JSON.stringify({type: "response.create"}));
    };
    socket.onmessage = event => {
      const message = JSON.parse(event.data);
      if (message.type === "error") { resolve({refused: message.error.message}); socket.close(); }
      if (message.type === "response.output_text.delta") { said += message.delta; parts += 1; }
      if (message.type === "response.done") { resolve({text: said, parts}); socket.close(); }
    };
    socket.onclose = event => resolve({refused: event.reason, status: event.code});
  });
}
</script>""".encode()
WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => event.respondWith((async () => {
  const answer = await fetch(event.request);
  const headers = new Headers(answer.headers);
  headers.set("x-worker", "1");
  return new Response(answer.body, {status: answer.status, headers});
})()));
""".encode()


@dataclasses.dataclass
class Answer:
    """A content type, and bytes or an iterator of pieces."""

    kind: str
    body: typing.Any


def pieces(text, repeat=1):
    """The text in pieces as models say it."""
    for _ in range(repeat):
        for start in range(0, len(text), 3):
            yield text[start:start + 3]


def answer(host, path, query, request):
    """What the service at `host` says; None where it has no such route."""
    if path.endswith("/chat/completions"):
        return chat(request)
    if path.endswith("/responses"):
        return responses(request)
    if path.endswith("/v1/messages"):
        return messages(request)
    if ":generateContent" in path or ":streamGenerateContent" in path:
        return gemini(path, query, request)
    if host.startswith("api.cohere") and path.endswith("/v2/chat"):
        return cohere(request)
    if path.endswith(("/converse", "/converse-stream")):
        return converse(path, request)
    return None


def said(content):
    """The text of a message's content, a string or a list of parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def spoken(text):
    """The pieces of a streamed answer; without end where the client is to cancel."""
    return pieces(text, 2_000_000 if "sans fin" in text else 1)


def whole(value):
    return Answer(JSON, json.dumps(value).encode())


def event(data, name=None):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def chat(request):
    """OpenAI chat completions; Mistral's are the same."""
    text = said(request["messages"][-1]["content"])
    common = {"id": "chatcmpl-1", "created": 1, "model": request["model"]}
    if not request.get("stream"):
        message = {"role": "assistant", "content": text, "refusal": None}
        return whole({**common, "object": "chat.completion",
                      "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
                      "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})

    def chunk(delta, finish=None):
        return event({**common, "object": "chat.completion.chunk",
                      "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})

    def events():
        yield chunk({"role": "assistant", "content": ""})
        for piece in spoken(text):
            yield chunk({"content": piece})
        yield chunk({}, "stop")
        yield event("[DONE]")

    return Answer(SSE, events())


def responses(request):
    """OpenAI responses."""
    given = request["input"]
    text = given if isinstance(given, str) else said(given[-1]["content"])

    def part(value):
        return {"type": "output_text", "text": value, "annotations": [], "logprobs": []}

    def item(status, content):
        return {"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": content}

    def response(status, output):
        return {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": request["model"],
                "output": output, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "metadata": {},
                "usage": {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
                          "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2}}

    if not request.get("stream"):
        return whole(response("completed", [item("completed", [part(text)])]))
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}

    def listed():
        yield "response.created", {"response": response("in_progress", [])}
        yield "response.output_item.added", {"output_index": 0, "item": item("in_progress", [])}
        yield "response.content_part.added", {**place, "part": part("")}
        for piece in spoken(text):
            yield "response.output_text.delta", {**place, "delta": piece, "logprobs": []}
        yield "response.output_text.done", {**place, "text": text, "logprobs": []}
        yield "response.content_part.done", {**place, "part": part(text)}
        yield "response.output_item.done", {"output_index": 0, "item": item("completed", [part(text)])}
        yield "response.completed", {"response": response("completed", [item("completed", [part(text)])])}

    def events():
        for number, (name, data) in enumerate(listed()):
            yield event({"type": name, "sequence_number": number, **data}, name)

    return Answer(SSE, events())


def messages(request):
    """Anthropic messages."""
    text = said(request["messages"][-1]["content"])
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": request["model"],
               "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
               "usage": {"input_tokens": 1, "output_tokens": 1}}
    if not request.get("stream"):
        return whole(message)

    def named(name, data):
        return event({"type": name, **data}, name)

    def events():
        yield named("message_start", {"message": {**message, "content": [], "stop_reason": None}})
        yield named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
        yield named("ping", {})
        for piece in spoken(text):
            yield named("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})
        yield named("content_block_stop", {"index": 0})
        yield named("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None},
                                      "usage": {"output_tokens": 1}})
        yield named("message_stop", {})

    return Answer(SSE, events())


def gemini(path, query, request):
    """Google's generateContent: server-sent events with `alt=sse`, one array without."""
    text = said(request["contents"][-1]["parts"])

    def candidate(value, finish=None):
        one = {"content": {"parts": [{"text": value}], "role": "model"}, "index": 0}
        if finish:
            one["finishReason"] = finish
        return {"candidates": [one], "modelVersion": "m", "responseId": "r",
                "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}}

    if ":generateContent" in path:
        return whole(candidate(text, "STOP"))
    if "alt=sse" not in query:
        return whole([candidate(piece) for piece in pieces(text)])

    def events():
        for piece in spoken(text):
            # Google ends its lines so.
            yield b"data: " + json.dumps(candidate(piece)).encode() + b"\r\n\r\n"
        yield b"data: " + json.dumps(candidate("", "STOP")).encode() + b"\r\n\r\n"

    return Answer(SSE, events())


def cohere(request):
    """Cohere's chat, version 2."""
    text = said(request["messages"][-1]["content"])
    usage = {"billed_units": {"input_tokens": 1, "output_tokens": 1}, "tokens": {"input_tokens": 1, "output_tokens": 1}}
    if not request.get("stream"):
        return whole({"id": "1", "finish_reason": "COMPLETE", "usage": usage,
                      "message": {"role": "assistant", "content": [{"type": "text", "text": text}]}})

    def named(name, data):
        return event({"type": name, **data}, name)

    def events():
        empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
        yield named("message-start", {"id": "1", "delta": {"message": empty}})
        yield named("content-start", {"index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}})
        for piece in spoken(text):
            yield named("content-delta", {"index": 0, "delta": {"message": {"content": {"text": piece}}}})
        yield named("content-end", {"index": 0})
        yield named("message-end", {"delta": {"finish_reason": "COMPLETE", "usage": usage}})
        yield event("[DONE]")

    return Answer(SSE, events())


def converse(path, request):
    """AWS Bedrock's converse: JSON, or frames with checksums."""
    text = said(request["messages"][-1]["content"])
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    if path.endswith("/converse"):
        return whole({"output": {"message": {"role": "assistant", "content": [{"text": text}]}},
                      "stopReason": "end_turn", "usage": usage, "metrics": {"latencyMs": 1}})

    def events():
        yield frame("messageStart", {"role": "assistant"})
        for piece in spoken(text):
            yield frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}, "p": "abcdef"})
        yield frame("contentBlockStop", {"contentBlockIndex": 0})
        yield frame("messageStop", {"stopReason": "end_turn"})
        yield frame("metadata", {"usage": usage, "metrics": {"latencyMs": 1}})

    return Answer("application/vnd.amazon.eventstream", events())


def frame(name, value):
    """One message of the AWS event stream: lengths, headers, payload, two checksums."""
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(word)) + word.encode()
        for key, word in [(":event-type", name), (":content-type", JSON), (":message-type", "event")])
    payload = json.dumps(value).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", binascii.crc32(message))


class Realtime:
    """OpenAI's realtime interface."""

    kind = "text"

    def __init__(self):
        self.text = ""

    def answers(self, message):
        if message["type"] == "conversation.item.create":
            self.text = message["item"]["content"][0]["text"]
            return
        for piece in spoken(self.text):
            yield json.dumps({"type": "response.output_text.delta", "event_id": "e", "response_id": "r",
                              "item_id": "i", "output_index": 0, "content_index": 0, "delta": piece})
        yield json.dumps({"type": "response.done", "event_id": "e", "response": {}})


class Live:
    """Gemini's live interface, whose service puts its JSON into binary messages."""

    kind = "bytes"

    def answers(self, message):
        if "setup" in message:
            yield b'{"setupComplete":{}}\n'
            return
        # Google's own SDK writes this one key in the other way.
        content = message.get("clientContent") or message["client_content"]
        for piece in spoken(said(content["turns"][-1]["parts"])):
            parts = [{"text": piece}]
            yield json.dumps({"serverContent": {"modelTurn": {"role": "model", "parts": parts}}}).encode()
        yield b'{"serverContent":{"turnComplete":true}}\n'
