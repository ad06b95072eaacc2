// Compiles src/ for ES modules and for CommonJS: node build.mjs [OUTPUT]. TypeScript and
// socket.io-client are looked for in ./node_modules, or where NODE_MODULES says.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const output = resolve(process.argv[2] ?? join(here, 'dist'));
const modules = resolve(process.env.NODE_MODULES ?? join(here, 'node_modules'));

const kinds = [
  { name: 'esm', type: 'module', module: 'esnext', moduleResolution: 'bundler' },
  { name: 'cjs', type: 'commonjs', module: 'commonjs', moduleResolution: 'node10' },
];
mkdirSync(output, { recursive: true });
for (const { name, type, module, moduleResolution } of kinds) {
  const project = join(output, `tsconfig.${name}.json`);
  writeFileSync(project, JSON.stringify({
    compilerOptions: {
      strict: true, target: 'es2022', lib: ['es2022', 'dom'], declaration: true, skipLibCheck: true, types: [],
      module, moduleResolution, rootDir: join(here, 'src'), outDir: join(output, name), removeComments: false,
      baseUrl: modules, paths: { 'socket.io-client': ['socket.io-client'] },
    },
    include: [join(here, 'src/*.ts')],
  }));
  execFileSync('node', [join(modules, 'typescript/bin/tsc'), '-p', project], { stdio: 'inherit' });
  writeFileSync(join(output, name, 'package.json'), `${JSON.stringify({ type })}\n`);
}
for (const name of ['events.mjs', 'events.d.mts']) cpSync(join(here, name), join(output, name));
