// Renders the Dotprompt cases with npm dotprompt; usage: node dotprompt.mjs cases.json > expected.json
import { readFileSync } from 'node:fs';
import { Dotprompt } from 'dotprompt';

// The function `log` writes there.
console.info = console.error = () => {};

const answers = [];
for (const one of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    // A fresh copy: the package shares the partials of Handlebars between its instances.
    const dotprompt = new Dotprompt();
    dotprompt.handlebars.partials = {};
    for (const [name, source] of Object.entries(one.partials ?? {})) dotprompt.definePartial(name, source);
    const parsed = dotprompt.parse(one.file);
    const renderer = await dotprompt.compile(parsed);
    const messages = one.history?.map(({ role, content }) => ({ role, content }));
    // The package takes the defaults from its caller, and callers hand it the file's own.
    const options = { input: { default: parsed.input?.default } };
    const rendered = await renderer({ input: one.variables ?? {}, messages, context: one.context }, options);
    answers.push({
      messages: rendered.messages.map(({ role, content }) => ({ role, content })),
      output: rendered.output,
      input: rendered.input ?? (await dotprompt.renderMetadata(parsed)).input?.schema,
    });
  } catch (error) {
    answers.push({ error: String(error.message).split('\n')[0] });
  }
}
process.stdout.write(JSON.stringify(answers));
