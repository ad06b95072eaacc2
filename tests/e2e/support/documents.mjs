// The documents that the program prints of its interfaces, as validators; and what tests have met of
// them, for tests/contract/.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';

const tree = fileURLToPath(new URL('../../../', import.meta.url));
const binary = resolve(tree, process.env.ROOKERY_BIN || 'build/release/rookery');

export const printed = (name) => JSON.parse(execFileSync(binary, ['describe', name], { encoding: 'utf8' }));

/** `check(what, pointer, value)` throws unless the value fits the schema there. */
export function validatorOf(document, id) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(document, id);
  const compiled = new Map();
  const check = (what, pointer, value) => {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `${id}#${pointer}` }));
    const validate = compiled.get(pointer);
    if (validate(value)) return;
    const problems = validate.errors.slice(0, 8).map(({ instancePath, message, params }) =>
      `${instancePath || '/'} ${message} ${JSON.stringify(params)}`).join('\n');
    throw new Error(`${what} is not as documented:\n${problems}\n${JSON.stringify(value).slice(0, 800)}`);
  };
  return { document, check };
}

/** What this process has met, written down at its end. */
export class Seen extends Set {
  constructor(kind) {
    super();
    const folder = process.env.ROOKERY_BUILD && join(process.env.ROOKERY_BUILD, 'contract', kind);
    process.on('exit', () => {
      if (!folder || this.size === 0) return;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${basename(process.argv[1] ?? 'unknown')}.json`), JSON.stringify([...this].sort()));
    });
  }
}
