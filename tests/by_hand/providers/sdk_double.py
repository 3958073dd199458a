"""A server whose answers are made with the vendors' own types and written by their packages: sdk_double.py PORT.

Cohere, Mistral and OpenAI's Responses, at once and in pieces: thoughts, text, two tool calls where tools are offered and none was
answered last, and every count of tokens that the types know.
"""
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cohere.types as co
import mistralai.client.models as mi
import openai.types.responses as oa

THOUGHT, TEXT = ["The third ", "document."], ["Refunds take five ", "working days, ünïcode 漢字 🙂."]


def calls(body):
    tools = body.get("tools") or []
    last = (body.get("messages") or body.get("input"))[-1]
    answered = last.get("role") == "tool" or last.get("type") == "function_call_output"
    names = [tool.get("name") or tool["function"]["name"] for tool in tools[:2]]
    return [] if answered else [("call%05d" % i, name, json.dumps({"city": "Größe", "n": i})) for i, name in enumerate(names)]


def dump(value):
    return json.loads(value.model_dump_json(exclude_none=True, by_alias=True))


def cohere(body):
    wanted = calls(body)
    finish = "TOOL_CALL" if wanted else "COMPLETE"
    usage = co.Usage(billed_units=co.UsageBilledUnits(input_tokens=18, output_tokens=5),
                     tokens=co.UsageTokens(input_tokens=620, output_tokens=9), cached_tokens=4)
    citation = co.Citation(start=0, end=7, text="Refunds", type="TEXT_CONTENT", sources=[])
    if not body.get("stream"):
        message = co.AssistantMessageResponse(role="assistant", citations=[citation])
        if wanted:
            message.tool_plan = "".join(THOUGHT)
            message.tool_calls = [co.ToolCallV2(id=i, type="function", function=co.ToolCallV2Function(name=n, arguments=a)) for i, n, a in wanted]
        else:
            message.content = [{"type": "thinking", "thinking": "".join(THOUGHT)}, {"type": "text", "text": "".join(TEXT)}]
        return {"id": "c1", "finish_reason": finish, "message": dump(message), "usage": dump(usage)}
    events = [("message-start", co.ChatMessageStartEvent(id="c1", delta=co.ChatMessageStartEventDelta(
        message=co.ChatMessageStartEventDeltaMessage(role="assistant"))))]
    def content(index, kind, texts):
        start, delta = co.ChatContentStartEventDeltaMessageContent, co.ChatContentDeltaEventDeltaMessageContent
        events.append(("content-start", co.ChatContentStartEvent(index=index, delta=co.ChatContentStartEventDelta(
            message=co.ChatContentStartEventDeltaMessage(content=start(**{"type": kind, kind: ""}))))))
        events.extend(("content-delta", co.ChatContentDeltaEvent(index=index, delta=co.ChatContentDeltaEventDelta(
            message=co.ChatContentDeltaEventDeltaMessage(content=delta(**{kind: text}))))) for text in texts)
        events.append(("content-end", co.ChatContentEndEvent(index=index)))
    if wanted:
        events += [("tool-plan-delta", co.ChatToolPlanDeltaEvent(delta=co.ChatToolPlanDeltaEventDelta(
            message=co.ChatToolPlanDeltaEventDeltaMessage(tool_plan=text)))) for text in THOUGHT]
        for index, (id, name, arguments) in enumerate(wanted):
            call = co.ToolCallV2(id=id, type="function", function=co.ToolCallV2Function(name=name, arguments=""))
            events.append(("tool-call-start", co.ChatToolCallStartEvent(index=index, delta=co.ChatToolCallStartEventDelta(
                message=co.ChatToolCallStartEventDeltaMessage(tool_calls=call)))))
            for piece in (arguments[:7], arguments[7:]):
                function = co.ChatToolCallDeltaEventDeltaMessageToolCallsFunction(arguments=piece)
                events.append(("tool-call-delta", co.ChatToolCallDeltaEvent(index=index, delta=co.ChatToolCallDeltaEventDelta(
                    message=co.ChatToolCallDeltaEventDeltaMessage(tool_calls=co.ChatToolCallDeltaEventDeltaMessageToolCalls(function=function))))))
            events.append(("tool-call-end", co.ChatToolCallEndEvent(index=index)))
    else:
        content(0, "thinking", THOUGHT)
        content(1, "text", TEXT)
        events.append(("citation-start", co.CitationStartEvent(index=0, delta=co.CitationStartEventDelta(
            message=co.CitationStartEventDeltaMessage(citations=citation)))))
    events.append(("message-end", co.ChatMessageEndEvent(id="c1", delta=co.ChatMessageEndEventDelta(finish_reason=finish, usage=usage))))
    return [(name, dict(dump(event), type=name)) for name, event in events] + [(None, "[DONE]")]


def mistral(body):
    wanted = calls(body)
    usage = mi.UsageInfo(prompt_tokens=18, completion_tokens=5, total_tokens=23)
    finish = "tool_calls" if wanted else "stop"
    tool_calls = [mi.ToolCall(id=i, index=k, function=mi.FunctionCall(name=n, arguments=a)) for k, (i, n, a) in enumerate(wanted)]
    think = lambda text: mi.ThinkChunk(thinking=[mi.TextChunk(text=text)])
    if not body.get("stream"):
        content = [] if wanted else [think("".join(THOUGHT)), mi.TextChunk(text="".join(TEXT))]
        message = mi.AssistantMessage(content=content or "", tool_calls=tool_calls or None)
        choice = mi.ChatCompletionChoice(index=0, message=message, finish_reason=finish)
        return dump(mi.ChatCompletionResponse(id="m1", object="chat.completion", model=body["model"], usage=usage, created=1, choices=[choice]))
    def chunk(delta, reason=None, usage=None):
        choice = mi.CompletionResponseStreamChoice(index=0, delta=delta, finish_reason=reason)
        return (None, dump(mi.CompletionChunk(id="m1", model=body["model"], object="chat.completion.chunk", created=1, choices=[choice], usage=usage)))
    chunks = [chunk(mi.DeltaMessage(role="assistant", content=""))]
    if wanted:
        return chunks + [chunk(mi.DeltaMessage(content="", tool_calls=tool_calls), finish, usage), (None, "[DONE]")]
    chunks += [chunk(mi.DeltaMessage(content=[think(text)])) for text in THOUGHT]
    chunks += [chunk(mi.DeltaMessage(content=text)) for text in TEXT]
    return chunks + [chunk(mi.DeltaMessage(content=""), finish, usage), (None, "[DONE]")]


def responses(body):
    wanted = calls(body)
    summary = oa.ResponseReasoningItem.model_validate({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "".join(THOUGHT)}]})
    items = [summary] + [oa.ResponseFunctionToolCall(type="function_call", id="fc_" + i, call_id=i, name=n, arguments=a, status="completed") for i, n, a in wanted]
    if not wanted:
        items.append(oa.ResponseOutputMessage.model_validate({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                     "content": [{"type": "output_text", "text": "".join(TEXT), "annotations": []}]}))
    def response(status, output):
        usage = {"input_tokens": 62, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 2}, "output_tokens": 44,
                 "output_tokens_details": {"reasoning_tokens": 22}, "total_tokens": 106}
        return oa.Response.model_validate({"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": body["model"],
            "output": [dump(item) for item in output], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
            "usage": usage if status == "completed" else None, "instructions": body.get("instructions")})
    whole = dump(response("completed", items))
    if not body.get("stream"):
        return whole
    events, made = [], lambda kind, **fields: events.append(kind.model_validate(dict(fields, sequence_number=len(events))))
    made(oa.ResponseCreatedEvent, type="response.created", response=dump(response("in_progress", [])))
    for place, item in enumerate(items):
        began = dict(dump(item), **({"arguments": ""} if item.type == "function_call" else {}))
        made(oa.ResponseOutputItemAddedEvent, type="response.output_item.added", output_index=place, item=began)
        at = {"item_id": item.id, "output_index": place}
        if item.type == "reasoning":
            for text in THOUGHT:
                made(oa.ResponseReasoningSummaryTextDeltaEvent, type="response.reasoning_summary_text.delta", summary_index=0, delta=text, **at)
        elif item.type == "message":
            for text in TEXT:
                made(oa.ResponseTextDeltaEvent, type="response.output_text.delta", content_index=0, delta=text, logprobs=[], **at)
        else:
            for text in (item.arguments[:7], item.arguments[7:]):
                made(oa.ResponseFunctionCallArgumentsDeltaEvent, type="response.function_call_arguments.delta", delta=text, **at)
        made(oa.ResponseOutputItemDoneEvent, type="response.output_item.done", output_index=place, item=dump(item))
    made(oa.ResponseCompletedEvent, type="response.completed", response=whole)
    return [(event.type, dump(event)) for event in events]


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def send(self, kind, data):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def do_GET(self):
        models = {"data": [{"id": "small"}]} if "v2" not in self.path and "endpoint" not in self.path else {"models": [{"name": "small"}]}
        self.send("application/json", json.dumps(models).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = next(make for word, make in (("/v2/chat", cohere), ("/mistral/", mistral), ("/responses", responses)) if word in self.path)(body)
        if isinstance(answer, dict):
            return self.send("application/json", json.dumps(answer).encode())
        lines = []
        for name, data in answer:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            lines.append(("event: %s\n" % name if name else "") + "data: %s\n\n" % text)
        self.send("text/event-stream", "".join(lines).encode())


print("ready", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
