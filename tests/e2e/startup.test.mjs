// Starting, and not starting: one clear line and the exit code of cli.md.

import assert from 'node:assert/strict';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { call, makeUser, signIn } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { useServer } from './support/suite.mjs';

const folders = [];
const folder = async () => {
  folders.push(await freshFolder());
  return folders.at(-1);
};
const serve = (data, ...more) => rookery(['serve', '--listen', '127.0.0.1:0', '--data', data, ...more]);
/** The last line, which must be about `pattern` and no dump of anything. */
const lastLine = ({ lines }, pattern) => {
  const line = lines.at(-1) ?? '';
  assert.match(line, pattern);
  assert.ok(line.length < 500, line);
};

describe('the server refuses to start', () => {
  after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

  it('on a port in use: exit code 1', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address();
    const end = await rookery(['serve', '--listen', `127.0.0.1:${port}`, '--data', await folder()]);
    other.close();
    assert.equal(end.code, 1);
    lastLine(end, new RegExp(`${port}.*in use|in use.*${port}`, 'i'));
  });

  it('on a data folder that cannot be made: exit code 3', async () => {
    const parent = await folder();
    await writeFile(join(parent, 'file'), 'in the way');
    const end = await serve(join(parent, 'file', 'data'));
    assert.equal(end.code, 3);
    lastLine(end, /file\/data/);
  });

  it('on a data folder that takes no files: exit code 3', async () => {
    // /proc/self is a folder in which nobody, root included, can make a file.
    const end = await serve('/proc/self');
    assert.equal(end.code, 3);
    lastLine(end, /\/proc\/self/);
  });

  for (const [what, damage] of [
    ['overwritten from the start', (file) => file.write(Buffer.alloc(4096, 0x5a), 0, 4096, 0)],
    ['that is another kind of file', async (file) => {
      await file.truncate(0);
      await file.write('This is a text, not a database.\n'.repeat(1000));
    }],
    ['cut to half a page', (file) => file.truncate(700)],
  ]) {
    it(`on a database ${what}: exit code 3`, async () => {
      const data = await folder();
      const server = await startServer({ data });
      await makeUser(server);
      assert.equal((await server.stop()).code, 0);
      const databases = (await readdir(data)).filter((name) => name.endsWith('.db'));
      assert.equal(databases.length, 1, databases.join());
      for (const name of await readdir(data)) {
        if (/-(wal|shm)$/.test(name)) await rm(join(data, name));
      }
      const file = await open(join(data, databases[0]), 'r+');
      await damage(file);
      await file.close();
      const end = await serve(data);
      assert.equal(end.code, 3, end.stderr);
      lastLine(end, /database|damaged|malformed|corrupt|store/i);
      assert.doesNotMatch(end.lines.join('\n'), /listening on/);
    });
  }

  it('on a data folder that another server holds', async () => {
    const server = await startServer();
    try {
      const end = await serve(server.data);
      assert.ok([1, 3].includes(end.code), String(end.code));
      lastLine(end, /lock|in use|another|running/i);
      assert.equal((await call(server, 'GET', '/readyz')).status, 200, 'the first one goes on');
    } finally {
      await server.close();
    }
  });

  it('on an unknown key of the file: exit code 2, with file, line and a suggestion', async () => {
    const data = await folder();
    const file = join(data, 'rookery.toml');
    await writeFile(file, '# a comment\n[limits]\nbodyByte = 5\n');
    const end = await rookery(['serve', '--config', file, '--data', data, '--listen', '127.0.0.1:0']);
    assert.equal(end.code, 2);
    const text = end.lines.join('\n');
    assert.match(text, /rookery\.toml:3/);
    assert.match(text, /bodyByte\b/);
    assert.match(text, /limits\.bodyBytes|bodyBytes/);
  });

  for (const [what, content, pattern] of [
    ['a bad value', '[limits]\nbodyBytes = "many"\n', /rookery\.toml:2/],
    ['a negative value', '[limits]\nbodyBytes = -1\n', /rookery\.toml:2/],
    ['broken TOML', '[limits\nbodyBytes = 1\n', /rookery\.toml/],
    ['a section that does not exist', '[limit]\nbodyBytes = 1\n', /rookery\.toml:[12].*limit/],
  ]) {
    it(`on ${what} in the file: exit code 2`, async () => {
      const data = await folder();
      const file = join(data, 'rookery.toml');
      await writeFile(file, content);
      const end = await rookery(['serve', '--config', file, '--data', data, '--listen', '127.0.0.1:0']);
      assert.equal(end.code, 2);
      assert.match(end.lines.join('\n'), pattern);
    });
  }

  it('on a file that is not there: exit code 2', async () => {
    const end = await rookery(['serve', '--config', '/nowhere/rookery.toml']);
    assert.equal(end.code, 2);
    assert.match(end.lines.join('\n'), /\/nowhere\/rookery\.toml/);
  });

  for (const [what, args, env, pattern] of [
    ['an unknown key of --set', ['--set', 'limits.bodyBites=5'], {}, /limits\.bodyBites.*limits\.bodyBytes/s],
    ['a bad value of --set', ['--set', 'limits.bodyBytes=x'], {}, /limits\.bodyBytes/],
    ['--set without a value', ['--set', 'limits.bodyBytes'], {}, /limits\.bodyBytes/],
    ['an unknown flag', ['--lisen', '127.0.0.1:0'], {}, /--lisen/],
    ['an unknown log format', ['--log-format', 'xml'], {}, /xml/],
    ['an address that is none', ['--listen', 'nowhere'], {}, /nowhere/],
    ['an unknown variable', [], { ROOKERY_LIMITS_BODYBITES: '5' }, /ROOKERY_LIMITS_BODYBITES/],
    ['a bad variable', [], { ROOKERY_LIMITS_BODYBYTES: 'x' }, /ROOKERY_LIMITS_BODYBYTES/i],
  ]) {
    it(`on ${what}: exit code 2`, async () => {
      const end = await rookery(['serve', '--data', await folder(), ...args], { env });
      assert.equal(end.code, 2, end.stderr);
      assert.match(end.lines.join('\n'), pattern);
    });
  }

  it('as a command that does not exist: exit code 2', async () => {
    for (const args of [[], ['serv'], ['--no-such-flag']]) {
      const end = await rookery(args);
      assert.equal(end.code, 2, args.join(' '));
      assert.ok(end.lines.length > 0);
    }
  });
});

describe('the configuration', () => {
  const secret = 'a secret that must not be shown to anybody';

  it('is printed with where each value came from, secrets masked', async () => {
    const data = await folder();
    const file = join(data, 'rookery.toml');
    await writeFile(file, '[limits]\nbodyBytes = 1234\n');
    const end = await rookery(['check-config', '--config', file, '--set', 'store.retryForMs=4321'],
      { env: { ROOKERY_AUTH_SECRET: secret } });
    assert.equal(end.code, 0, end.stderr);
    const line = (key) => end.stdout.split('\n').find((text) => text.includes(key)) ?? '';
    assert.match(end.stdout, /1234/);
    assert.match(end.stdout, /4321/);
    assert.match(end.stdout, /rookery\.toml:2/);
    assert.match(line('secret'), /ROOKERY_AUTH_SECRET/);
    assert.equal(end.stdout.includes(secret) || end.stderr.includes(secret), false);
  });

  it('is taken from the file, then the variable, then the flag', async () => {
    const data = await folder();
    const file = join(data, 'rookery.toml');
    await writeFile(file, '[limits]\nbodyBytes = 1111\n');
    const value = async (args, env) => {
      const end = await rookery(['check-config', ...args], { env });
      return /bodyBytes\D+(\d+)/.exec(end.stdout)?.[1];
    };
    const variable = { ROOKERY_LIMITS_BODYBYTES: '2222' };
    assert.equal(await value([], {}), '65536');
    assert.equal(await value(['--config', file], {}), '1111');
    assert.equal(await value(['--config', file], variable), '2222');
    assert.equal(await value(['--config', file, '--set', 'limits.bodyBytes=3333'], variable), '3333');
  });

  it('that is wrong ends check-config with 2', async () => {
    assert.equal((await rookery(['check-config', '--set', 'no.such=1'])).code, 2);
  });
});

describe('every command', () => {
  it('has --help', async () => {
    for (const command of ['', 'serve', 'check-config', 'token', 'user', 'describe', 'version']) {
      const end = await rookery([command, '--help'].filter(Boolean));
      assert.equal(end.code, 0, command);
      assert.ok(end.stdout.length > 50, command);
    }
  });

  it('version says version, commit and libraries', async () => {
    const { code, stdout } = await rookery(['version']);
    assert.equal(code, 0);
    assert.match(stdout, /rookery \d+\.\d+\.\d+/i);
    for (const library of ['sqlite', 'openssl', 'boost']) assert.match(stdout, new RegExp(`${library}\\D+\\d`, 'i'));
  });
});

describe('accounts from the command line', () => {
  const at = useServer();
  const user = (...args) => rookery(['user', ...args, '--data', at.server.data], { input: 'A password-1\n' });

  it('are made while the server runs, and sign in', async () => {
    const made = await user('add', '--username', 'made.by.hand', '--email', 'hand@example.org', '--password', 'A password-1');
    assert.equal(made.code, 0, made.stderr);
    const token = await signIn(at.server, { username: 'made.by.hand', password: 'A password-1' });
    const client = await connect(at.server, { username: 'made.by.hand', id: JSON.parse(Buffer.from(
      token.split('.')[1], 'base64url')).id }, { token });
    await settled(client);
    client.close();
    const twice = await user('add', '--username', 'made.by.hand', '--email', 'other@example.org', '--password', 'A password-1');
    assert.equal(twice.code, 1);
  });

  it('are made while it does not run', async () => {
    await at.server.stop();
    const made = await user('add', '--username', 'made.offline', '--email', 'offline@example.org', '--password-stdin');
    assert.equal(made.code, 0, made.stderr);
    await at.server.restart();
    await signIn(at.server, { username: 'made.offline', password: 'A password-1' });
  });
});
