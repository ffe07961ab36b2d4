//! Conversations as the clients of each family write them, and answers as its services send them, whole and as streams,
//! with text and with the arguments of a tool.

use serde_json::{Value, json};

/// A family: how its conversations are written, and its answers written and read.
pub struct Family {
    pub tool: &'static str,
    pub path: &'static str,
    /// The body of a conversation.
    pub ask: fn(&[Turn]) -> Vec<u8>,
    /// The type of its streams, one event of them, and what ends them.
    pub stream: &'static str,
    pub event: fn(&Said) -> Vec<u8>,
    pub end: fn() -> Vec<u8>,
    /// What one document of a stream says.
    pub read: fn(&Value) -> Option<Said>,
    /// Whether calls come in one event.
    pub whole_calls: bool,
    /// Its documents.
    pub documents: fn(&[u8]) -> Vec<Value>,
}

/// A turn of a conversation.
#[derive(Clone, Debug)]
pub enum Turn {
    User(String),
    Assistant(String),
    /// A call with its arguments, and what came of it.
    Call(String, String),
}

/// A piece of what an assistant says: text, or the arguments of its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Text(String),
    Arguments(String),
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn sse(value: &Value) -> Vec<u8> {
    let name = value["type"].as_str().map(|name| format!("event: {name}\n")).unwrap_or_default();
    format!("{name}data: {value}\n\n").into_bytes()
}

fn sse_documents(stream: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stream).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter(|data| *data != "[DONE]").map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn done() -> Vec<u8> {
    b"data: [DONE]\n\n".to_vec()
}

fn text(value: &Value) -> Option<Said> {
    value.as_str().map(|text| Said::Text(text.to_owned()))
}

fn arguments(value: &Value) -> Option<Said> {
    value.as_str().map(|text| Said::Arguments(text.to_owned()))
}

/// Chat completions, which half of the services speak.
fn chat(turns: &[Turn]) -> Vec<u8> {
    let mut messages = vec![json!({"role": "system", "content": "Be short."})];
    for turn in turns {
        match turn {
            Turn::User(text) => messages.push(json!({"role": "user", "content": text})),
            Turn::Assistant(text) => messages.push(json!({"role": "assistant", "content": text})),
            Turn::Call(given, result) => {
                let function = json!({"name": "write_file", "arguments": given});
                let call = json!({"id": "c", "type": "function", "function": function});
                messages.push(json!({"role": "assistant", "content": null, "tool_calls": [call]}));
                messages.push(json!({"role": "tool", "tool_call_id": "c", "content": result}));
            }
        }
    }
    bytes(&json!({"model": "m", "stream": true, "messages": messages}))
}

fn chat_event(said: &Said) -> Vec<u8> {
    let delta = match said {
        Said::Text(text) => json!({"content": text}),
        Said::Arguments(text) => json!({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}),
    };
    sse(&json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}))
}

fn chat_read(value: &Value) -> Option<Said> {
    let delta = &value["choices"][0]["delta"];
    arguments(&delta["tool_calls"][0]["function"]["arguments"]).or_else(|| text(&delta["content"]))
}

pub const FAMILIES: &[Family] = &[
    Family {
        tool: "openai-api",
        path: "/v1/chat/completions",
        ask: chat,
        stream: "text/event-stream",
        event: chat_event,
        end: done,
        read: chat_read,
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "mistral-api",
        path: "/v1/chat/completions",
        ask: chat,
        stream: "text/event-stream",
        event: |said| match said {
            Said::Text(text) => sse(
                &json!({"choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": text}]}}]}),
            ),
            Said::Arguments(_) => chat_event(said),
        },
        end: done,
        read: |value| chat_read(value).or_else(|| text(&value["choices"][0]["delta"]["content"][0]["text"])),
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "openai-api",
        path: "/v1/responses",
        ask: |turns| {
            let mut items = Vec::new();
            for turn in turns {
                match turn {
                    Turn::User(text) => items.push(json!({"role": "user", "content": [{"type": "input_text", "text": text}]})),
                    Turn::Assistant(text) => items.push(
                        json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}),
                    ),
                    Turn::Call(given, result) => items.extend([
                        json!({"type": "function_call", "name": "write_file", "arguments": given, "call_id": "c"}),
                        json!({"type": "function_call_output", "call_id": "c", "output": result}),
                    ]),
                }
            }
            bytes(&json!({"model": "m", "stream": true, "input": items}))
        },
        stream: "text/event-stream",
        event: |said| {
            sse(&match said {
                Said::Text(text) => {
                    json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": text})
                }
                Said::Arguments(text) => {
                    json!({"type": "response.function_call_arguments.delta", "item_id": "f", "output_index": 1, "delta": text})
                }
            })
        },
        end: || sse(&json!({"type": "response.completed", "response": {"id": "r"}})),
        read: |value| match value["type"].as_str()? {
            "response.output_text.delta" => text(&value["delta"]),
            "response.function_call_arguments.delta" => arguments(&value["delta"]),
            _ => None,
        },
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "anthropic-api",
        path: "/v1/messages",
        ask: |turns| {
            let mut messages = Vec::new();
            for turn in turns {
                match turn {
                    Turn::User(text) => messages.push(json!({"role": "user", "content": text})),
                    Turn::Assistant(text) => {
                        messages
                            .push(json!({"role": "assistant", "content": [{"type": "text", "text": text}]}));
                    }
                    Turn::Call(given, result) => {
                        let input: Value = serde_json::from_str(given).unwrap();
                        let call =
                            json!({"type": "tool_use", "id": "c", "name": "write_file", "input": input});
                        messages.push(json!({"role": "assistant", "content": [call]}));
                        let result = json!({"type": "tool_result", "tool_use_id": "c", "content": result});
                        messages.push(json!({"role": "user", "content": [result]}));
                    }
                }
            }
            bytes(&json!({"model": "m", "stream": true, "messages": messages}))
        },
        stream: "text/event-stream",
        event: |said| {
            sse(&match said {
                Said::Text(text) => {
                    json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
                }
                Said::Arguments(text) => {
                    json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": text}})
                }
            })
        },
        end: || {
            let stop = |index: u32| sse(&json!({"type": "content_block_stop", "index": index}));
            [stop(0), stop(1), sse(&json!({"type": "message_stop"}))].concat()
        },
        read: |value| {
            let delta = &value["delta"];
            text(&delta["text"]).or_else(|| arguments(&delta["partial_json"]))
        },
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "gemini-api",
        path: "/v1beta/models/g:streamGenerateContent?alt=sse",
        ask: |turns| {
            let mut contents = Vec::new();
            for turn in turns {
                match turn {
                    Turn::User(text) => contents.push(json!({"role": "user", "parts": [{"text": text}]})),
                    Turn::Assistant(text) => {
                        contents.push(json!({"role": "model", "parts": [{"text": text}]}))
                    }
                    Turn::Call(given, result) => {
                        let given: Value = serde_json::from_str(given).unwrap();
                        let call = json!({"functionCall": {"name": "write_file", "args": given}});
                        contents.push(json!({"role": "model", "parts": [call]}));
                        let result = json!({"functionResponse": {"name": "write_file", "response": {"result": result}}});
                        contents.push(json!({"role": "user", "parts": [result]}));
                    }
                }
            }
            bytes(&json!({"contents": contents}))
        },
        stream: "text/event-stream",
        // Calls come whole here: their pieces are parts of one text.
        event: |said| match said {
            Said::Text(text) => sse(
                &json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}]}),
            ),
            Said::Arguments(text) => {
                let call = json!({"functionCall": {"name": "write_file", "args": {"piece": text}}});
                sse(&json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [call]}}]}))
            }
        },
        end: Vec::new,
        read: |value| {
            let part = &value["candidates"][0]["content"]["parts"][0];
            text(&part["text"]).or_else(|| arguments(&part["functionCall"]["args"]["piece"]))
        },
        whole_calls: true,
        documents: sse_documents,
    },
    Family {
        tool: "cohere",
        path: "/v2/chat",
        ask: chat,
        stream: "text/event-stream",
        event: |said| {
            sse(&match said {
                Said::Text(text) => {
                    json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}})
                }
                Said::Arguments(text) => {
                    json!({"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {"arguments": text}}}}})
                }
            })
        },
        end: || {
            let end = |kind: &str| sse(&json!({"type": kind, "index": 0}));
            [end("content-end"), end("tool-call-end"), sse(&json!({"type": "message-end"}))].concat()
        },
        read: |value| {
            let message = &value["delta"]["message"];
            text(&message["content"]["text"])
                .or_else(|| arguments(&message["tool_calls"]["function"]["arguments"]))
        },
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "ollama-cloud",
        path: "/api/chat",
        ask: chat,
        stream: "application/x-ndjson",
        event: |said| {
            let message = match said {
                Said::Text(text) => json!({"role": "assistant", "content": text}),
                Said::Arguments(text) => {
                    json!({"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"piece": text}}}]})
                }
            };
            [bytes(&json!({"message": message, "done": false})), b"\n".to_vec()].concat()
        },
        end: || b"{\"message\":{\"content\":\"\"},\"done\":true}\n".to_vec(),
        read: |value| {
            let message = &value["message"];
            arguments(&message["tool_calls"][0]["function"]["arguments"]["piece"])
                .or_else(|| text(&message["content"]))
        },
        whole_calls: true,
        documents: |stream| {
            std::str::from_utf8(stream)
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        },
    },
    Family {
        tool: "bedrock",
        path: "/model/m/converse-stream",
        ask: |turns| {
            let mut messages = Vec::new();
            for turn in turns {
                match turn {
                    Turn::User(text) => messages.push(json!({"role": "user", "content": [{"text": text}]})),
                    Turn::Assistant(text) => {
                        messages.push(json!({"role": "assistant", "content": [{"text": text}]}))
                    }
                    Turn::Call(given, result) => {
                        let input: Value = serde_json::from_str(given).unwrap();
                        let call = json!({"toolUse": {"toolUseId": "c", "name": "f", "input": input}});
                        messages.push(json!({"role": "assistant", "content": [call]}));
                        let result = json!({"toolResult": {"toolUseId": "c", "content": [{"text": result}]}});
                        messages.push(json!({"role": "user", "content": [result]}));
                    }
                }
            }
            bytes(&json!({"messages": messages}))
        },
        stream: "application/vnd.amazon.eventstream",
        event: |said| {
            let (index, delta) = match said {
                Said::Text(text) => (0, json!({"text": text})),
                Said::Arguments(text) => (1, json!({"toolUse": {"input": text}})),
            };
            frame("contentBlockDelta", &json!({"contentBlockIndex": index, "delta": delta}))
        },
        end: || {
            let stop = |index: u32| frame("contentBlockStop", &json!({"contentBlockIndex": index}));
            [stop(0), stop(1), frame("messageStop", &json!({"stopReason": "end_turn"}))].concat()
        },
        read: |value| {
            let delta = &value["delta"];
            text(&delta["text"]).or_else(|| arguments(&delta["toolUse"]["input"]))
        },
        whole_calls: false,
        documents: |mut stream| {
            let mut documents = Vec::new();
            while !stream.is_empty() {
                let number = |at: usize| u32::from_be_bytes(stream[at..at + 4].try_into().unwrap()) as usize;
                let (total, headers) = (number(0), number(4));
                assert_eq!(crc32(&stream[..total - 4]) as usize, number(total - 4));
                documents.push(serde_json::from_slice(&stream[12 + headers..total - 4]).unwrap());
                stream = &stream[total..];
            }
            documents
        },
    },
    Family {
        tool: "chatgpt",
        path: "/backend-api/f/conversation",
        ask: |turns| {
            // The application sends what is new only.
            let texts = turns.iter().flat_map(|turn| match turn {
                Turn::User(text) | Turn::Assistant(text) => vec![text],
                Turn::Call(given, result) => vec![given, result],
            });
            let content = json!({"content_type": "text", "parts": texts.collect::<Vec<_>>()});
            bytes(
                &json!({"action": "next", "messages": [{"id": "m", "author": {"role": "user"}, "content": content}]}),
            )
        },
        stream: "text/event-stream",
        event: |said| {
            let (part, text) = match said {
                Said::Text(text) => (0, text),
                Said::Arguments(text) => (1, text),
            };
            sse(&json!({"p": format!("/message/content/parts/{part}"), "o": "append", "v": text}))
        },
        end: || [sse(&json!({"type": "message_stream_complete"})), done()].concat(),
        read: |value| {
            if value["p"].as_str()?.ends_with("/1") { arguments(&value["v"]) } else { text(&value["v"]) }
        },
        whole_calls: false,
        documents: sse_documents,
    },
    Family {
        tool: "claude",
        path: "/api/organizations/o/chat_conversations/c/completion",
        ask: |turns| {
            let mut files = Vec::new();
            let mut prompt = Vec::new();
            for turn in turns {
                match turn {
                    Turn::User(text) | Turn::Assistant(text) => prompt.push(text.as_str()),
                    Turn::Call(given, result) => files.extend([given, result]),
                }
            }
            let attached = files.iter().map(|text| json!({"file_name": "a.txt", "extracted_content": text}));
            bytes(&json!({"prompt": prompt.join("\n\n"), "attachments": attached.collect::<Vec<_>>()}))
        },
        stream: "text/event-stream",
        event: |said| {
            sse(&match said {
                Said::Text(text) => {
                    json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
                }
                Said::Arguments(text) => {
                    json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": text}})
                }
            })
        },
        end: || sse(&json!({"type": "message_stop"})),
        read: |value| {
            let delta = &value["delta"];
            text(&delta["text"]).or_else(|| arguments(&delta["partial_json"]))
        },
        whole_calls: false,
        documents: sse_documents,
    },
];

/// A frame of AWS's event streams, with its lengths and checksums.
fn frame(name: &str, value: &Value) -> Vec<u8> {
    let payload = value.to_string();
    let headers: Vec<u8> =
        [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")]
            .iter()
            .flat_map(|(name, value)| {
                let length = (value.len() as u16).to_be_bytes();
                [&[name.len() as u8][..], name.as_bytes(), &[7], &length, value.as_bytes()].concat()
            })
            .collect();
    let total = (16 + headers.len() + payload.len()) as u32;
    let mut frame = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    frame.extend(crc32(&frame).to_be_bytes());
    frame.extend([&headers[..], payload.as_bytes()].concat());
    frame.extend(crc32(&frame).to_be_bytes());
    frame
}

/// The checksum of zip and Ethernet, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}
