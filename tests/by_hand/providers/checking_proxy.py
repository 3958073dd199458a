"""A proxy that holds every request against the types of the vendor's own package.

usage: checking_proxy.py PORT UPSTREAM REPORT

Writes one JSON line a request to REPORT: {"path", "api", "problems": [...], "body"}. Forwards everything as it is.
"""
import http.client, json, re, sys, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def typed_dict(kind, body):
    import pydantic, typing
    problems = []
    try:
        pydantic.TypeAdapter(kind).validate_python(body)
    except pydantic.ValidationError as error:
        problems += ["%s: %s" % (".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()[:5]]
    known = set(typing.get_type_hints(kind))
    problems += ["%s: not a parameter of the package" % name for name in body if name not in known]
    return problems


def model(kind, value, at):
    import pydantic
    try:
        kind.model_validate(value)
        return []
    except pydantic.ValidationError as error:
        return ["%s.%s: %s" % (at, ".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()[:5]]


def chat(body):
    from openai.types.chat import completion_create_params as types
    return typed_dict(types.CompletionCreateParamsStreaming, body)


def responses(body):
    from openai.types.responses import response_create_params as types
    return typed_dict(types.ResponseCreateParamsStreaming, body)


def messages(body):
    from anthropic.types import message_create_params as types
    return typed_dict(types.MessageCreateParamsStreaming, body)


def gemini(body):
    from google.genai import types
    problems = []
    for i, content in enumerate(body.get("contents", [])):
        problems += model(types.Content, content, "contents.%d" % i)
    for i, tool in enumerate(body.get("tools", [])):
        problems += model(types.Tool, tool, "tools.%d" % i)
    for name, kind in (("systemInstruction", types.Content), ("toolConfig", types.ToolConfig), ("generationConfig", types.GenerationConfig)):
        if name in body:
            problems += model(kind, body[name], name)
    known = {"contents", "tools", "systemInstruction", "toolConfig", "generationConfig", "safetySettings"}
    return problems + ["%s: not known" % name for name in body if name not in known]


def cohere(body):
    import inspect, pydantic
    import cohere.v2.client as client
    import cohere.types as types
    problems = []
    known = set(inspect.signature(client.V2Client.chat_stream).parameters) | {"stream"}
    problems += ["%s: not a parameter of the package" % name for name in body if name not in known]
    kinds = {"user": types.UserChatMessageV2, "assistant": types.AssistantChatMessageV2, "tool": types.ToolChatMessageV2,
             "system": types.SystemChatMessageV2}
    for i, message in enumerate(body["messages"]):
        kind = kinds[message["role"]]
        problems += model(kind, message, "messages.%d" % i)
        problems += ["messages.%d.%s: not known" % (i, name) for name in message if name not in kind.model_fields]
    for i, tool in enumerate(body.get("tools", [])):
        problems += model(types.ToolV2, tool, "tools.%d" % i)
    if body.get("tool_choice") not in (None, "REQUIRED", "NONE"):
        problems.append("tool_choice: %r" % body["tool_choice"])
    return problems


def mistral(body):
    from mistralai.client import models
    kind = models.ChatCompletionStreamRequest if body.get("stream") else models.ChatCompletionRequest
    known = {field.alias or name for name, field in kind.model_fields.items()}
    problems = model(kind, body, "")
    return problems + ["%s: not known" % name for name in body if name not in known]


def bedrock(body):
    import botocore.session, botocore.validate, base64
    shape = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape
    def bytes_in(value):
        if isinstance(value, dict):
            return {k: base64.b64decode(v) if k == "bytes" and isinstance(v, str) else bytes_in(v) for k, v in value.items()}
        return [bytes_in(v) for v in value] if isinstance(value, list) else value
    report = botocore.validate.ParamValidator().validate(dict(bytes_in(body), modelId="x"), shape)
    return report.generate_report().splitlines() if report.has_errors() else []


APIS = [(r"/mistral/", "mistral", mistral), (r"/responses", "responses", responses), (r"/v1/messages", "messages", messages),
        (r":(stream)?[gG]enerateContent", "gemini", gemini), (r"/converse", "bedrock", bedrock), (r"/v2/chat", "cohere", cohere),
        (r"/chat/completions", "chat", chat)]


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def check(self, raw):
        for pattern, name, check in APIS:
            if re.search(pattern, self.path):
                body = json.loads(raw)
                try:
                    problems = check(body)
                except Exception as error:
                    problems = ["the check itself failed: %r" % error]
                with open(REPORT, "a") as report:
                    report.write(json.dumps({"path": self.path, "api": name, "problems": problems, "body": body}) + "\n")
                return

    def forward(self, method):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if raw:
            self.check(raw)
        upstream = urllib.parse.urlsplit(UPSTREAM)
        connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=300)
        skip = {"host", "connection", "content-length", "accept-encoding"}
        headers = {k: v for k, v in self.headers.items() if k.lower() not in skip}
        connection.request(method, self.path, raw or None, headers)
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(piece)
            self.wfile.flush()
        self.close_connection = True

    def do_GET(self):
        self.forward("GET")

    def do_POST(self):
        self.forward("POST")


if __name__ == "__main__":
    PORT, UPSTREAM, REPORT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    print("ready", flush=True)
    server.serve_forever()
