// What the end-to-end tests of this tree have met (tests/e2e/support/documents.mjs): what a test that
// is gone has left behind in the build folder does not count.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export function seen(kind) {
  const folder = join(process.env.ROOKERY_BUILD, 'contract', kind);
  const isThere = (name) => existsSync(new URL(`../e2e/${name.slice(0, -'.json'.length)}`, import.meta.url));
  return new Set(readdirSync(folder).filter(isThere).flatMap((name) => JSON.parse(readFileSync(join(folder, name)))));
}
