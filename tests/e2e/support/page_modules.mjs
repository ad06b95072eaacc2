// The modules of the page, for Node: web/ has no package.json that would call them modules, and
// Node 18 believes nothing else.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tree } from './server.mjs';

/** Everything that these files of web/ export, in one object. */
export async function importPage(...names) {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-page-'));
  try {
    await cp(join(tree, 'web'), folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const modules = names.map((name) => import(pathToFileURL(join(folder, name)).href));
    return Object.assign({}, ...(await Promise.all(modules)));
  } finally {
    await rm(folder, { recursive: true });
  }
}
