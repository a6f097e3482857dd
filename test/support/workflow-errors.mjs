/**
 * Reads workflows as GitHub does, by its own parser, and prints what is wrong with each: {file: [message]}.
 * That package is made for bundlers (it imports JSON without saying so), hence the bundle.
 *
 *   node workflow-errors.mjs FOLDER-FOR-THE-BUNDLE FILE...
 */
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const [folder, ...files] = process.argv.slice(2);
const outfile = path.join(folder, 'workflow-parser.cjs');
await build({ stdin: { contents: `export * from '@actions/workflow-parser'`, resolveDir: import.meta.dirname }, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = createRequire(import.meta.url)(outfile);

const errors = {};
for (const file of files) {
  const { context, value } = parseWorkflow({ name: path.basename(file), content: fs.readFileSync(file, 'utf8') }, new NoOperationTraceWriter());
  const parsed = context.errors.getErrors().map(String);
  const template = parsed.length > 0 ? {} : await convertWorkflowTemplate(context, value);
  errors[file] = [...parsed, ...(template.errors ?? []).map((error) => error.Message)];
}
console.log(JSON.stringify(errors));
