"""Holds the signature and the body of Bedrock's requests against AWS's own client (botocore).

usage: python bedrock_signature.py HINDCAST

A server on loopback recomputes the signature of each request with botocore's SigV4Auth, holds its body against botocore's
model of the service, and answers. Model ids with colons and whole ARNs are asked, with permanent and temporary credentials.
Needs: pip install botocore
"""

import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.session
import botocore.validate

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "eu-central-1"
MODELS = [
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0",
]
seen = []


def check(method, url, headers, body):
    """What is wrong with a request; nothing where it is right."""
    fields = dict(part.strip().split("=", 1) for part in headers["authorization"].split(" ", 1)[1].split(","))
    signed = fields["SignedHeaders"].split(";")
    request = botocore.awsrequest.AWSRequest(
        method, url, headers={name: headers[name] for name in signed}, data=body)
    token = headers.get("x-amz-security-token")
    credentials = botocore.credentials.Credentials("AKIDEXAMPLE", SECRET, token)
    auth = botocore.auth.SigV4Auth(credentials, "bedrock", REGION)
    request.context["timestamp"] = headers["x-amz-date"]
    right = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    wrong = [] if right == fields["Signature"] else ["the signature differs from botocore's"]
    if token and "x-amz-security-token" not in signed:
        wrong.append("the token is not signed")
    if method == "POST":
        service = botocore.session.get_session().get_service_model("bedrock-runtime")
        shape = service.operation_model("Converse").input_shape
        report = botocore.validate.ParamValidator().validate(dict(decoded(json.loads(body)), modelId="x"), shape)
        wrong += [report.generate_report()] if report.has_errors() else []
    return wrong


def decoded(value):
    """Bytes as botocore has them, instead of base64."""
    if isinstance(value, dict):
        return {name: base64.b64decode(inner) if name == "bytes" else decoded(inner) for name, inner in value.items()}
    return [decoded(inner) for inner in value] if isinstance(value, list) else value


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        host = self.headers["host"]
        headers = {name.lower(): value for name, value in self.headers.items()}
        wrong = check(self.command, f"http://{host}{self.path}", headers, body)
        seen.append((self.command, self.path, wrong))
        text = json.dumps({"modelSummaries": [{"modelId": MODELS[0]}]} if self.command == "GET" else {
            "output": {"message": {"role": "assistant", "content": [{"text": "Five working days."}]}},
            "stopReason": "end_turn", "usage": {"inputTokens": 9, "outputTokens": 5, "totalTokens": 14}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["content-length"])))

    def do_GET(self):
        self.answer(b"")

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    failed = False
    for token in (None, "IQoJb3JpZ2luX2VjE/session+token=="):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/place")
            subprocess.run([sys.argv[1], "init", f"{folder}/place"], check=True, capture_output=True)
            with open(f"{folder}/place/hindcast.toml", "a") as config:
                config.write(f'[providers.aws]\nkind = "bedrock"\nregion = "{REGION}"\n'
                             f'base_url = "http://127.0.0.1:{server.server_port}"\n')
            env = dict(os.environ, HOME=folder, AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY=SECRET)
            env.pop("AWS_SESSION_TOKEN", None)
            if token:
                env["AWS_SESSION_TOKEN"] = token
            models = [word for model in MODELS for word in ("-m", f"aws/{model}")]
            run = [sys.argv[1], "--workspace", f"{folder}/place", "replay", *models, "--yes", "--format", "json"]
            done = subprocess.run(run, env=env, capture_output=True, text=True)
            print("replay", "with a token:" if token else "without:", done.returncode, done.stdout.strip() or done.stderr)
            listed = subprocess.run([*run[:3], "models", "--check", "--format", "jsonl"], env=env, capture_output=True)
            failed |= done.returncode != 0 or listed.returncode != 0
    for method, path, wrong in seen:
        print(method, path, wrong or "right")
        failed |= bool(wrong)
    sys.exit(1 if failed or len(seen) < 8 else 0)


main()
