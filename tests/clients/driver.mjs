// The same as driver.py for Node: the OpenAI and Anthropic SDKs, and the `ws` library. `via: "agent"` leads the
// SDK to the proxy by undici's ProxyAgent, for a Node that does not read HTTPS_PROXY; else the environment does.

import https from "node:https";
import readline from "node:readline";
import process from "node:process";

class Refused extends Error {}

const chat = (text) => ({ model: "m", messages: [{ role: "user", content: text }] });

async function openai() {
  const { default: OpenAI, APIError } = await import("openai");
  const undici = await import("undici");
  const { subscribe } = await import("node:diagnostics_channel");
  const dispatcher = new undici.ProxyAgent(process.env.HTTPS_PROXY);
  const http2 = new undici.ProxyAgent({ uri: process.env.HTTPS_PROXY, allowH2: true, requestTls: { allowH2: true } });
  const spoken = new Set();
  subscribe("undici:client:connected", ({ socket }) => spoken.add(socket.alpnProtocol));
  const clients = {
    http2: new OpenAI({
      apiKey: "test",
      fetch: async (...request) => {
        const answer = await undici.fetch(...request);
        if (!spoken.has("h2")) throw new Error(`spoken were ${[...spoken]}`);
        return answer;
      },
      fetchOptions: { dispatcher: http2 },
    }),
    agent: new OpenAI({ apiKey: "test", fetch: undici.fetch, fetchOptions: { dispatcher } }),
    environment: new OpenAI({ apiKey: "test" }),
  };
  const client = (via) => clients[via] ?? clients.environment;
  return {
    faults: APIError,
    ask: async (text, via) => (await client(via).chat.completions.create(chat(text))).choices[0].message.content,
    async *stream(text, via) {
      const stream = await client(via).chat.completions.create({ ...chat(text), stream: true });
      for await (const chunk of stream) yield chunk.choices[0].delta.content ?? "";
    },
  };
}

async function anthropic() {
  const { default: Anthropic, APIError } = await import("@anthropic-ai/sdk");
  const client = new Anthropic({ apiKey: "test" });
  return {
    faults: APIError,
    ask: async (text) => (await client.messages.create({ max_tokens: 9, ...chat(text) })).content[0].text,
    async *stream(text) {
      const stream = await client.messages.create({ max_tokens: 9, ...chat(text), stream: true });
      for await (const event of stream) if (event.type === "content_block_delta") yield event.delta.text;
    },
  };
}

async function ws() {
  const { default: WebSocket } = await import("ws");
  // `ws` opens its own sockets unless it is given an agent, and so ignores HTTPS_PROXY.
  const agent = new https.Agent({ proxyEnv: process.env });
  const stream = async function* (text) {
    const socket = new WebSocket("wss://api.openai.com/v1/realtime?model=m", { agent });
    const waiting = [];
    let wake = () => {};
    const put = (item) => { waiting.push(item); wake(); };
    socket.on("open", () => {
      const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
      socket.send(JSON.stringify({ type: "conversation.item.create", item }));
      socket.send(JSON.stringify({ type: "response.create" }));
    });
    socket.on("message", (data) => put(JSON.parse(data.toString())));
    socket.on("error", (error) => put({ type: "broken", error }));
    try {
      for (;;) {
        while (waiting.length === 0) await new Promise((resolve) => { wake = resolve; });
        const message = waiting.shift();
        if (message.type === "broken") throw message.error;
        if (message.type === "error") throw new Refused(message.error.message);
        if (message.type === "response.done") return;
        yield message.delta;
      }
    } finally {
      socket.close();
    }
  };
  const ask = async (text) => {
    let said = "";
    for await (const piece of stream(text)) said += piece;
    return said;
  };
  return { faults: Refused, ask, stream };
}

async function carriedOut(sdk, { do: what, text, via }) {
  try {
    if (what === "ask") return { text: await sdk.ask(text, via) };
    const parts = [];
    for await (const piece of sdk.stream(text, via)) {
      if (!piece) continue;
      parts.push(piece);
      if (what === "cancel") break;
    }
    return { text: parts.join(""), parts: parts.length };
  } catch (fault) {
    return fault instanceof sdk.faults ? { refused: fault.message } : { fault: `${fault.stack} ${fault.cause?.stack ?? ""}` };
  }
}

const sdk = await { openai, anthropic, ws }[process.argv[2]]();
for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await carriedOut(sdk, JSON.parse(line))) + "\n");
}
