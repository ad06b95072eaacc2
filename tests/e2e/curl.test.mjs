// The HTTP side of Engine.IO with curl, which shares no code with the other clients: a session over
// polling by hand, each kind of refusal, and what goes around the packets.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { useConformance } from './support/conformance.mjs';

const run = promisify(execFile);

/** One request: {status, headers, body}. */
async function curl(server, target, ...flags) {
  const { stdout } = await run('curl', ['-sS', '-i', '--max-time', '20', ...flags, server.url + target]);
  const end = stdout.indexOf('\r\n\r\n');
  const [first, ...lines] = stdout.slice(0, end).split('\r\n');
  return {
    status: Number(first.split(' ')[1]), body: stdout.slice(end + 4),
    headers: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim()])),
  };
}

describe('curl at an Engine.IO server', () => {
  const at = useConformance('engineio', ['--ping-interval', 60_000]);
  const path = '/engine.io/?EIO=4&transport=polling';
  const open = async () => {
    const { status, headers, body } = await curl(at.server, path);
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^text\/plain/);
    const handshake = JSON.parse(body.slice(1));
    assert.deepEqual(handshake.upgrades, ['websocket']);
    return `${path}&sid=${handshake.sid}`;
  };

  it('opens a session, posts, polls and leaves', async () => {
    const session = await open();
    const posted = await curl(at.server, session, '--data-binary', '4hello\x1e4wörld', '-H', 'Content-Type: text/plain;charset=UTF-8');
    assert.deepEqual([posted.status, posted.body], [200, 'ok']);
    assert.equal((await curl(at.server, session)).body, '4hello\x1e4wörld');
    assert.equal((await curl(at.server, session, '--data-binary', '1')).body, 'ok');
    assert.deepEqual(JSON.parse((await curl(at.server, session)).body), { code: 1, message: 'Session ID unknown' });
  });

  it('keeps one connection for a whole session, also over HTTP/1.0', async () => {
    const session = await open();
    const { stdout } = await run('curl', ['-sS', '-w', '%{num_connects} ', '--data-binary', '4x', at.server.url + session,
      '--next', '-sS', '-w', ' %{num_connects}', at.server.url + session]);
    assert.equal(stdout, 'ok1 4x 0');
    assert.equal((await curl(at.server, await open(), '--http1.0', '--data-binary', '4x')).body, 'ok');
  });

  for (const [what, target, flags, status, code] of [
    ['an unknown transport', '/engine.io/?EIO=4&transport=pigeon', [], 400, 0],
    ['no transport', '/engine.io/?EIO=4', [], 400, 0],
    ['an unknown session', `${path}&sid=nobody`, [], 400, 1],
    ['a POST without a session', path, ['--data-binary', '4x'], 400, 2],
    ['a PUT without a session', path, ['-X', 'PUT'], 400, 2],
    ['a WebSocket without Upgrade', '/engine.io/?EIO=4&transport=websocket', [], 400, 3],
    ['version 3', '/engine.io/?EIO=3&transport=polling', [], 400, 5],
  ]) {
    it(`is told of ${what} by code ${code}`, async () => {
      const answer = await curl(at.server, target, ...flags);
      assert.equal(answer.status, status);
      assert.equal(JSON.parse(answer.body).code, code);
    });
  }

  it('gets 404 beside the path and 413 above the limit', async () => {
    assert.equal((await curl(at.server, '/elsewhere')).status, 404);
    const session = await open();
    const answer = await curl(at.server, session, '--data-binary', `4${'x'.repeat(1_100_000)}`.slice(0, 120_000),
      '-H', 'Content-Length: 2000000', '-H', 'Expect: 100-continue');
    assert.equal(answer.status, 413);
    assert.equal((await curl(at.server, session, '--data-binary', '4x')).body, 'ok', 'the session stays');
  });

  it('may ask for a packed answer and for a preflight', async () => {
    const session = await open();
    await curl(at.server, session, '--data-binary', `4${'words '.repeat(2000)}`);
    const packed = await curl(at.server, session, '--compressed');
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(packed.body, `4${'words '.repeat(2000)}`);
    const preflight = await curl(at.server, path, '-X', 'OPTIONS', '-H', 'Origin: http://example.org',
      '-H', 'Access-Control-Request-Method: POST');
    assert.ok(preflight.status < 300, String(preflight.status));
  });
});

describe('curl where the application decides', () => {
  const at = useConformance('engineio-client');

  it('gets 403 and code 4, or the cookies of the handshake', async () => {
    const refused = await curl(at.server, '/engine.io/?EIO=4&transport=polling&deny=1');
    assert.deepEqual([refused.status, JSON.parse(refused.body)], [403, { code: 4, message: 'Forbidden' }]);
    assert.match((await curl(at.server, '/engine.io/?EIO=4&transport=polling')).headers['set-cookie'], /^4=4; /);
  });
});
