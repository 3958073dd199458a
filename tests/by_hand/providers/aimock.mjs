// usage: node aimock.mjs NODE_MODULES PORT
// Answers every call: with two tool calls where tools are offered and no result of one is last, else with text and reasoning.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, port] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/x.js`));
const { LLMock } = require("@copilotkit/aimock");

const mock = new LLMock({ port: Number(port), host: "127.0.0.1", chunkSize: 9, logLevel: "warn" });
const wantsTool = (request) =>
  (request.tools ?? []).length > 0 && !["none", "NONE"].includes(request.tool_choice) &&
  request.messages.at(-1)?.role !== "tool";
mock.addFixture({
  match: { predicate: wantsTool },
  response: (request) => ({
    toolCalls: (request.tools ?? []).slice(0, 2).map((tool) => ({
      name: tool.function?.name ?? tool.name,
      arguments: JSON.stringify({ city: "Größe 漢字", n: 2 }),
    })),
  }),
});
mock.addFixture({
  match: { predicate: () => true },
  response: { content: "Refunds take five working days, ünïcode 漢字 🙂.", reasoning: "The third document says so." },
});
await mock.start();
console.log("ready");
