//! A refusal as the assistant's own message, status 200, for conversations whose client shows errors badly. It
//! deceives agents, which take it for the model's word: the charter must ask for it. Knows no sockets.

use super::endpoint::{Endpoint, Wish};
use super::eventstream;
use super::{Answer, Asked, add_decision, finish, refusal};
use crate::charter::{Action, Message};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The message as the assistant's, streamed or not as the client asked; the plain refusal where the request is no
/// conversation.
#[must_use]
pub fn assistant(
    asked: &Asked<'_>,
    message: &Message,
    action: Action,
    id: &str,
    now: jiff::Timestamp,
) -> Answer {
    let wish = if asked.is_navigation() || asked.is_preflight() { None } else { Wish::of(asked) };
    let Some(wish) = wish else { return refusal(asked, message, action, id) };
    let said = Said { text: &message.text, id, model: &wish.model, now };
    let (content_type, body) =
        if wish.stream { said.stream(wish.endpoint) } else { said.whole(wish.endpoint) };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let mut answer = Answer { status: StatusCode::OK, headers, body: Bytes::from(body) };
    finish(&mut answer, asked, id);
    add_decision(&mut answer.headers, action, id, message.articles.iter().map(|article| &**article));
    answer
}

/// What the assistant is made to say.
pub(super) struct Said<'a> {
    pub(super) text: &'a str,
    pub(super) id: &'a str,
    pub(super) model: &'a str,
    pub(super) now: jiff::Timestamp,
}

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream; charset=utf-8";

impl Said<'_> {
    fn whole(&self, endpoint: Endpoint) -> (&'static str, Vec<u8>) {
        let Self { text, id, model, .. } = *self;
        let value = match endpoint {
            Endpoint::Chat => self.chat(
                "chat.completion",
                &[("message", json!({"role": "assistant", "content": text, "refusal": null}))],
                true,
            ),
            Endpoint::Completions => self.chat("text_completion", &[("text", json!(text))], true),
            Endpoint::Responses => {
                self.response("completed", &json!([self.item("completed", &[self.part(text)])]))
            }
            Endpoint::Messages => self.message(&json!([{"type": "text", "text": text}]), &json!("end_turn")),
            Endpoint::Gemini { .. } => self.candidate(),
            Endpoint::Cohere => json!({
                "id": id, "finish_reason": "COMPLETE",
                "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
                "usage": {},
            }),
            Endpoint::Converse => json!({
                "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
                "stopReason": "guardrail_intervened", "usage": no_tokens(), "metrics": {"latencyMs": 0},
            }),
            Endpoint::OllamaChat | Endpoint::OllamaGenerate => self.ollama(endpoint, text, true),
            Endpoint::Chatgpt => json!({"detail": text, "model": model}),
        };
        (JSON, value.to_string().into_bytes())
    }

    fn stream(&self, endpoint: Endpoint) -> (&'static str, Vec<u8>) {
        match endpoint {
            Endpoint::Chat => (SSE, self.chat_stream()),
            Endpoint::Completions => {
                let chunk = self.chat("text_completion", &[("text", json!(self.text))], true);
                (SSE, format!("data: {chunk}\n\ndata: [DONE]\n\n").into_bytes())
            }
            Endpoint::Responses => {
                (SSE, self.response_events().iter().map(named).collect::<String>().into_bytes())
            }
            Endpoint::Messages => {
                (SSE, self.message_events().iter().map(named).collect::<String>().into_bytes())
            }
            Endpoint::Gemini { sse: true } => (SSE, format!("data: {}\n\n", self.candidate()).into_bytes()),
            Endpoint::Gemini { sse: false } => (JSON, format!("[{}]", self.candidate()).into_bytes()),
            Endpoint::Cohere => (SSE, self.cohere_stream()),
            Endpoint::Converse => ("application/vnd.amazon.eventstream", self.converse_stream()),
            Endpoint::OllamaChat | Endpoint::OllamaGenerate => {
                let lines = format!(
                    "{}\n{}\n",
                    self.ollama(endpoint, self.text, false),
                    self.ollama(endpoint, "", true)
                );
                ("application/x-ndjson", lines.into_bytes())
            }
            Endpoint::Chatgpt => (SSE, self.chatgpt_stream()),
        }
    }

    /// A chat completion or a chunk of one: its one choice has these members.
    fn chat(&self, object: &str, members: &[(&str, Value)], finished: bool) -> Value {
        let mut choice =
            json!({"index": 0, "logprobs": null, "finish_reason": finished.then_some("content_filter")});
        for (key, value) in members {
            choice[*key] = value.clone();
        }
        let mut chat = json!({
            "id": format!("chatcmpl-{}", self.id), "object": object, "created": self.now.as_second(),
            "model": self.model, "choices": [choice],
        });
        if !object.ends_with(".chunk") {
            chat["usage"] = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
        }
        chat
    }

    fn chat_stream(&self) -> Vec<u8> {
        let deltas = [
            (json!({"role": "assistant", "content": ""}), false),
            (json!({"content": self.text}), false),
            (json!({}), true),
        ];
        let mut out = String::new();
        for (delta, finished) in deltas {
            let chunk = self.chat("chat.completion.chunk", &[("delta", delta)], finished);
            out.push_str(&format!("data: {chunk}\n\n"));
        }
        out.push_str("data: [DONE]\n\n");
        out.into_bytes()
    }

    fn part(&self, text: &str) -> Value {
        json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    }

    fn item(&self, status: &str, content: &[Value]) -> Value {
        json!({"id": self.item_id(), "type": "message", "role": "assistant", "status": status, "content": content})
    }

    fn item_id(&self) -> String {
        format!("msg_{}", self.id)
    }

    fn response(&self, status: &str, output: &Value) -> Value {
        json!({
            "id": format!("resp_{}", self.id), "object": "response", "created_at": self.now.as_second(),
            "status": status, "model": self.model, "output": output, "error": null, "incomplete_details": null,
            "instructions": null, "metadata": {}, "parallel_tool_calls": true, "temperature": null, "top_p": null,
            "tool_choice": "auto", "tools": [],
            "usage": {
                "input_tokens": 0, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 0, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 0,
            },
        })
    }

    /// The events of a response, also sent as WebSocket messages.
    pub(super) fn response_events(&self) -> Vec<Value> {
        let place = json!({"item_id": self.item_id(), "output_index": 0, "content_index": 0});
        let done = self.item("completed", &[self.part(self.text)]);
        let events = [
            ("response.created", json!({"response": self.response("in_progress", &json!([]))})),
            ("response.in_progress", json!({"response": self.response("in_progress", &json!([]))})),
            ("response.output_item.added", json!({"output_index": 0, "item": self.item("in_progress", &[])})),
            ("response.content_part.added", merged(&place, json!({"part": self.part("")}))),
            ("response.output_text.delta", merged(&place, json!({"delta": self.text, "logprobs": []}))),
            ("response.output_text.done", merged(&place, json!({"text": self.text, "logprobs": []}))),
            ("response.content_part.done", merged(&place, json!({"part": self.part(self.text)}))),
            ("response.output_item.done", json!({"output_index": 0, "item": done})),
            ("response.completed", json!({"response": self.response("completed", &json!([done]))})),
        ];
        let number = |(number, (kind, event)): (usize, (&str, Value))| {
            merged(&event, json!({"type": kind, "sequence_number": number}))
        };
        events.into_iter().enumerate().map(number).collect()
    }

    fn message(&self, content: &Value, stop_reason: &Value) -> Value {
        json!({
            "id": self.item_id(), "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason, "stop_sequence": null, "usage": {"input_tokens": 0, "output_tokens": 0},
        })
    }

    fn message_events(&self) -> Vec<Value> {
        vec![
            json!({"type": "message_start", "message": self.message(&json!([]), &Value::Null)}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": self.text}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({
                "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": 0},
            }),
            json!({"type": "message_stop"}),
        ]
    }

    fn candidate(&self) -> Value {
        json!({
            "candidates": [{
                "content": {"parts": [{"text": self.text}], "role": "model"}, "finishReason": "STOP", "index": 0,
            }],
            "usageMetadata": {"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0},
            "modelVersion": self.model,
        })
    }

    fn cohere_stream(&self) -> Vec<u8> {
        let events = [
            json!({"type": "message-start", "id": self.id, "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}}),
            json!({"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}}),
            json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": self.text}}}}),
            json!({"type": "content-end", "index": 0}),
            json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {}}}),
        ];
        let mut out: String = events.iter().map(named).collect();
        out.push_str("data: [DONE]\n\n");
        out.into_bytes()
    }

    fn converse_stream(&self) -> Vec<u8> {
        let events = [
            ("messageStart", json!({"role": "assistant"})),
            ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": self.text}})),
            ("contentBlockStop", json!({"contentBlockIndex": 0})),
            ("messageStop", json!({"stopReason": "guardrail_intervened"})),
            ("metadata", json!({"usage": no_tokens(), "metrics": {"latencyMs": 0}})),
        ];
        let mut out = Vec::new();
        for (name, payload) in events {
            let headers = [(":event-type", name), (":content-type", JSON), (":message-type", "event")];
            eventstream::frame(&eventstream::headers(&headers), payload.to_string().as_bytes(), &mut out);
        }
        out
    }

    fn ollama(&self, endpoint: Endpoint, text: &str, done: bool) -> Value {
        let mut value = json!({"model": self.model, "created_at": self.now.to_string(), "done": done});
        if endpoint == Endpoint::OllamaChat {
            value["message"] = json!({"role": "assistant", "content": text});
        } else {
            value["response"] = json!(text);
        }
        if done {
            value["done_reason"] = json!("stop");
            for count in [
                "total_duration",
                "load_duration",
                "prompt_eval_count",
                "prompt_eval_duration",
                "eval_count",
                "eval_duration",
            ] {
                value[count] = json!(0);
            }
        }
        value
    }

    /// The form of chatgpt.com before its patches, which its pages still read.
    fn chatgpt_stream(&self) -> Vec<u8> {
        let event = json!({
            "message": {
                "id": self.id, "author": {"role": "assistant", "name": null, "metadata": {}},
                "create_time": self.now.as_second(), "content": {"content_type": "text", "parts": [self.text]},
                "status": "finished_successfully", "end_turn": true, "weight": 1.0, "metadata": {}, "recipient": "all",
            },
            "conversation_id": null, "error": null,
        });
        format!("data: {event}\n\ndata: [DONE]\n\n").into_bytes()
    }
}

/// Counts of tokens, all nought.
fn no_tokens() -> Value {
    json!({"inputTokens": 0, "outputTokens": 0, "totalTokens": 0})
}

/// An event with its name.
fn named(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}

/// The members of both objects.
fn merged(one: &Value, other: Value) -> Value {
    let mut all = one.clone();
    if let (Some(all), Value::Object(other)) = (all.as_object_mut(), other) {
        all.extend(other);
    }
    all
}
