"""Uses one SDK as its documentation says, with nothing but the environment to lead it to the proxy.

Reads one JSON object a line: {"do": "ask" | "stream" | "cancel", "via": …, "text": …}. Writes one back: what the
service said, {"refused": …} with what a user of the SDK sees, or {"fault": …} where neither came. Usage:
driver.py SDK.
"""

import asyncio
import json
import os
import sys
import traceback


class Refused(Exception):
    """What the user of an SDK sees in place of an answer."""


class OpenAi:
    """Chat, responses, chat by the asynchronous client and over HTTP/2, and the realtime interface."""

    def __init__(self):
        import httpx
        import openai
        self.faults = (openai.APIError, Refused)
        self.client = openai.OpenAI(api_key="test")
        self.asynchronous = openai.AsyncOpenAI(api_key="test")
        hooks = {"response": [over_http2]}
        self.http2 = openai.OpenAI(api_key="test", http_client=httpx.Client(http2=True, event_hooks=hooks))

    def ask(self, text, via):
        if via == "realtime":
            return "".join(self.spoken(text))
        if via == "responses":
            return self.client.responses.create(model="m", input=text).output_text
        if via == "async":
            return asyncio.run(self.asked(text))
        client = self.http2 if via == "httpx-http2" else self.client
        return client.chat.completions.create(**chat(text)).choices[0].message.content

    async def asked(self, text):
        import openai
        async with openai.AsyncOpenAI(api_key="test") as client:
            return (await client.chat.completions.create(**chat(text))).choices[0].message.content

    def spoken(self, text):
        with self.client.realtime.connect(model="m") as connection:
            connection.conversation.item.create(item=said(text))
            connection.response.create()
            for event in connection:
                if event.type == "error":
                    raise Refused(event.error.message)
                if event.type == "response.done":
                    return
                yield event.delta

    def stream(self, text, via):
        if via == "realtime":
            yield from self.spoken(text)
            return
        if via == "responses":
            with self.client.responses.create(model="m", input=text, stream=True) as events:
                for event in events:
                    if event.type == "response.output_text.delta":
                        yield event.delta
            return
        client = self.http2 if via == "httpx-http2" else self.client
        with client.chat.completions.create(**chat(text), stream=True) as chunks:
            for chunk in chunks:
                yield chunk.choices[0].delta.content or ""


class Anthropic:
    """Messages."""

    def __init__(self):
        import anthropic
        self.faults = anthropic.APIError
        self.client = anthropic.Anthropic(api_key="test")

    def ask(self, text, _):
        return self.client.messages.create(max_tokens=9, **chat(text)).content[0].text

    def stream(self, text, _):
        with self.client.messages.stream(max_tokens=9, **chat(text)) as stream:
            yield from stream.text_stream


class Google:
    """Gemini, by the synchronous and the asynchronous client, and live."""

    def __init__(self):
        from google import genai
        from google.genai import errors
        self.faults = errors.APIError
        self.client = genai.Client(api_key="test")

    def ask(self, text, via):
        if via == "live":
            return "".join(self.stream(text, via))
        if via == "async":
            return asyncio.run(self.client.aio.models.generate_content(model="m", contents=text)).text
        return self.client.models.generate_content(model="m", contents=text).text

    def stream(self, text, via):
        if via == "live":
            yield from one_by_one(self.live(text))
            return
        for chunk in self.client.models.generate_content_stream(model="m", contents=text):
            yield chunk.text or ""

    async def live(self, text):
        async with self.client.aio.live.connect(model="m", config={"response_modalities": ["TEXT"]}) as session:
            turn = {"role": "user", "parts": [{"text": text}]}
            await session.send_client_content(turns=turn, turn_complete=True)
            async for message in session.receive():
                yield message.text or ""


class Mistral:
    """Chat."""

    def __init__(self):
        from mistralai.client import Mistral as Client
        from mistralai.client import errors
        self.faults = errors.MistralError
        self.client = Client(api_key="test")

    def ask(self, text, _):
        return self.client.chat.complete(**chat(text)).choices[0].message.content

    def stream(self, text, _):
        with self.client.chat.stream(**chat(text)) as events:
            for event in events:
                yield event.data.choices[0].delta.content or ""


class Cohere:
    """Chat, version 2."""

    def __init__(self):
        import cohere
        from cohere.core.api_error import ApiError
        self.faults = ApiError
        self.client = cohere.ClientV2(api_key="test")

    def ask(self, text, _):
        return self.client.chat(**chat(text)).message.content[0].text

    def stream(self, text, _):
        for event in self.client.chat_stream(**chat(text)):
            if event.type == "content-delta":
                yield event.delta.message.content.text


class Bedrock:
    """Converse, with a key of its own (`bearer`) or signed (`sigv4`)."""

    def __init__(self):
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError
        self.faults = ClientError
        os.environ["AWS_BEARER_TOKEN_BEDROCK"] = "test"
        self.bearer = boto3.client("bedrock-runtime", region_name="us-east-1")
        self.signed = boto3.client("bedrock-runtime", region_name="us-east-1", aws_access_key_id="test",
                                   aws_secret_access_key="test", config=Config(signature_version="v4"))

    def client(self, via):
        return self.signed if via == "sigv4" else self.bearer

    def ask(self, text, via):
        answer = self.client(via).converse(modelId="m", messages=[{"role": "user", "content": [{"text": text}]}])
        return answer["output"]["message"]["content"][0]["text"]

    def stream(self, text, via):
        answer = self.client(via).converse_stream(
            modelId="m", messages=[{"role": "user", "content": [{"text": text}]}])
        stream = answer["stream"]
        try:
            for event in stream:
                if "contentBlockDelta" in event:
                    yield event["contentBlockDelta"]["delta"]["text"]
        finally:
            stream.close()


class Websockets:
    """OpenAI's realtime interface by the `websockets` library."""

    faults = Refused

    def ask(self, text, via):
        return "".join(self.stream(text, via))

    def stream(self, text, _):
        from websockets.sync.client import connect
        with connect("wss://api.openai.com/v1/realtime?model=m") as socket:
            socket.send(json.dumps({"type": "conversation.item.create", "item": said(text)}))
            socket.send(json.dumps({"type": "response.create"}))
            for frame in socket:
                message = json.loads(frame)
                if message["type"] == "error":
                    raise Refused(message["error"]["message"])
                if message["type"] == "response.done":
                    return
                yield message["delta"]


class Aiohttp:
    """OpenAI's chat by a program of its own that uses aiohttp; `deflate`: its body is compressed."""

    faults = Refused
    address = "https://api.openai.com/v1/chat/completions"

    def ask(self, text, via):
        return asyncio.run(self.asked(text, via))

    async def asked(self, text, via):
        import aiohttp
        async with aiohttp.ClientSession(trust_env=True) as session:
            more = {"compress": True} if via == "deflate" else {}
            async with session.post(self.address, json=chat(text), **more) as answer:
                said = await answer.json()
                if answer.status != 200:
                    raise Refused(said["error"]["message"])
                return said["choices"][0]["message"]["content"]

    def stream(self, text, _):
        yield from one_by_one(self.streamed(text))

    async def streamed(self, text):
        import aiohttp
        async with aiohttp.ClientSession(trust_env=True) as session:
            async with session.post(self.address, json={**chat(text), "stream": True}) as answer:
                async for line in answer.content:
                    if line.startswith(b"data: {"):
                        yield json.loads(line[6:])["choices"][0]["delta"].get("content") or ""


def chat(text):
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def said(text):
    """A message of a realtime conversation."""
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def over_http2(answer):
    assert answer.http_version == "HTTP/2", answer.http_version


def one_by_one(pieces):
    """What an asynchronous generator gives, for who is not asynchronous."""
    loop = asyncio.new_event_loop()
    try:
        while True:
            try:
                yield loop.run_until_complete(anext(pieces))
            except StopAsyncIteration:
                return
    finally:
        loop.run_until_complete(pieces.aclose())
        loop.close()


SDKS = {"openai": OpenAi, "anthropic": Anthropic, "google": Google, "mistral": Mistral, "cohere": Cohere,
        "bedrock": Bedrock, "websockets": Websockets, "aiohttp": Aiohttp}


def carried_out(sdk, order):
    text, via = order["text"], order.get("via")
    try:
        if order["do"] == "ask":
            return {"text": sdk.ask(text, via)}
        pieces = sdk.stream(text, via)
        if order["do"] == "cancel":
            first = next(piece for piece in pieces if piece)
            pieces.close()
            return {"text": first}
        parts = [piece for piece in pieces if piece]
        return {"text": "".join(parts), "parts": len(parts)}
    except sdk.faults as fault:
        return {"refused": str(fault)}
    except Exception:
        return {"fault": traceback.format_exc()}


def main():
    sdk = SDKS[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(carried_out(sdk, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
