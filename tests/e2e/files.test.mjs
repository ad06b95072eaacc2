// Files: signed addresses to put them at and to fetch them from, ranges, types, limits.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { bare, call, makeChannel, makeRoom, makeUser, makeUsers, makeWorkspace, presign, upload } from './support/rest.mjs';
import { envelopeC, failure } from './support/shapes.mjs';
import { isSanitized } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { once } from './support/raw_http.mjs';
import { eventually as waitFor } from './support/wait.mjs';

const put = async (url, body, type) => {
  const response = await fetch(url, { method: 'PUT', body, headers: type === undefined ? {} : { 'content-type': type } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text };
};
const filesOf = (server) => readdirSync(join(server.data, 'files'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map(({ name }) => name);

describe('an upload address', () => {
  const at = useServer({ set: { 'files.maxBytes': 3_000_000, 'files.quotaBytes': 8_000_000 } });

  it('takes one PUT; without its query it shows the file to anybody', async () => {
    const user = await makeUser(at.server);
    const { presignedUrl, time } = await presign(at.server, user, 'a cat.png', 'image/png');
    assert.match(presignedUrl, /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/files\/[0-9a-f]{32}\?/);
    assert.match(time, /^\d{13}$/);
    assert.equal((await fetch(bare(presignedUrl))).status, 404);
    const bytes = randomBytes(300_000);
    const stored = await put(presignedUrl, bytes, 'image/png');
    assert.equal(stored.status, 200, stored.text);
    assert.equal(stored.body.data.url, bare(presignedUrl));
    assert.equal(stored.body.data.sha256, createHash('sha256').update(bytes).digest('hex'));

    const shown = await fetch(bare(presignedUrl));
    assert.equal(shown.status, 200);
    assert.deepEqual(Buffer.from(await shown.arrayBuffer()), bytes);
    const header = (name) => shown.headers.get(name);
    assert.equal(header('content-type'), 'image/png');
    assert.equal(header('content-length'), '300000');
    assert.equal(header('content-disposition'), 'inline; filename="a cat.png"; filename*=UTF-8\'\'a%20cat.png');
    assert.equal(header('x-content-type-options'), 'nosniff');
    assert.equal(header('content-security-policy'), "default-src 'none'; sandbox");
    assert.equal(header('access-control-allow-origin'), '*');
    assert.equal(header('cross-origin-resource-policy'), 'cross-origin');
    assert.match(header('cache-control'), /immutable/);

    failure(await put(presignedUrl, 'another', 'image/png'), 409);
    assert.deepEqual(Buffer.from(await (await fetch(bare(presignedUrl))).arrayBuffer()), bytes);
  });

  it('takes what was signed, and nothing else', async () => {
    const user = await makeUser(at.server);
    const { presignedUrl } = await presign(at.server, user, 'x.bin', 'application/pdf');
    const changed = {
      'another size': presignedUrl.replace(/size=\d+/, 'size=99999999'),
      'another type': presignedUrl.replace('application%2Fpdf', 'text%2Fhtml'),
      'another name': presignedUrl.replace('x.bin', 'y.bin'),
      'a later end': presignedUrl.replace(/expires=\d+/, 'expires=9999999999999'),
      'another file': presignedUrl.replace(/files\/[0-9a-f]{32}/, `files/${'0'.repeat(32)}`),
      'no signature': presignedUrl.replace(/&signature=.*/, ''),
      'half a signature': presignedUrl.slice(0, -5),
      'one parameter more': `${presignedUrl}&x=1`,
      'a path out of the folder': presignedUrl.replace(/files\/[0-9a-f]{32}/, 'files/..%2f..%2frookery.db'),
    };
    for (const [what, url] of Object.entries(changed)) {
      const answer = await put(url, 'x'.repeat(200_000), 'application/pdf');
      assert.equal(answer.status, 403, `${what}: ${answer.text}`);
    }
    failure(await put(presignedUrl, 'x', 'text/html'), 415);
    failure(await put(presignedUrl, 'x'), 415);
    assert.equal((await put(presignedUrl, 'fine', 'application/pdf')).status, 200);
  });

  it('may be for an unknown type, or an empty file', async () => {
    const user = await makeUser(at.server);
    const { presignedUrl } = await presign(at.server, user, 'no type');
    assert.equal((await put(presignedUrl, new Uint8Array(0))).status, 200);
    const shown = await fetch(bare(presignedUrl));
    assert.equal(shown.status, 200);
    assert.equal(await shown.text(), '');
    assert.match(shown.headers.get('content-disposition'), /^attachment;/);
  });

  it('is made for good names and types alone, for those who are signed in', async () => {
    const user = await makeUser(at.server);
    const ask = (query, token = user.token) => call(at.server, 'GET', `/messages/pre-signed-url${query}`, { token });
    for (const query of ['', '?fileName=', `?fileName=${'x'.repeat(256)}`, '?fileName=a%00b', '?fileName=%ff',
      '?fileName=a&contentType=nonsense', '?fileName=a&contentType=a%2Fb%0d%0aSet-Cookie:x']) {
      failure(await ask(query), 400, /^Validation error : /);
    }
    failure(await ask('?fileName=a', null), 403, 'Token is required');
  });

  it('ends at the size limit, and at the quota of the user', async () => {
    const user = await makeUser(at.server);
    const before = filesOf(at.server).length;
    const large = await presign(at.server, user, 'large');
    failure(await put(large.presignedUrl, Buffer.alloc(3_000_001)), 413);
    for (let i = 0; i < 2; ++i) {
      assert.equal((await put((await presign(at.server, user, 'part')).presignedUrl, Buffer.alloc(3_000_000))).status, 200);
    }
    const [one, other] = [await presign(at.server, user, 'third'), await presign(at.server, user, 'fourth')];
    assert.match(one.presignedUrl, /size=2000000/);
    failure(await put(one.presignedUrl, Buffer.alloc(2_000_001)), 413);
    assert.equal((await put(one.presignedUrl, Buffer.alloc(1_999_999))).status, 200);
    failure(await put(other.presignedUrl, Buffer.alloc(2)), 413);
    assert.equal((await put((await presign(at.server, user, 'last byte')).presignedUrl, Buffer.alloc(1))).status, 200);
    failure(await call(at.server, 'GET', '/messages/pre-signed-url?fileName=x', { token: user.token }), 413);
    await waitFor(() => filesOf(at.server).length === before + 4, 'nothing but what was taken');
  });

  it('leaves nothing behind when the client goes in the middle', async () => {
    const user = await makeUser(at.server);
    const before = filesOf(at.server).length;
    const { presignedUrl } = await presign(at.server, user, 'cut');
    const { hostname, port, pathname, search } = new URL(presignedUrl);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n`);
    socket.write(Buffer.alloc(1_000_000));
    await waitFor(() => filesOf(at.server).length === before + 1, 'the beginning of the file');
    failure(await put(presignedUrl, 'at the same time'), 409);
    socket.destroy();
    await waitFor(() => filesOf(at.server).length === before, 'nothing');
    assert.equal((await put(presignedUrl, 'once more')).status, 200);
  });

  it('asks for the body of a client that waits for that', async () => {
    const user = await makeUser(at.server);
    const { presignedUrl } = await presign(at.server, user, 'expected');
    const { hostname, port, pathname, search } = new URL(presignedUrl);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      if (text.endsWith('100 Continue\r\n\r\n')) socket.write('12345');
    });
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    await waitFor(() => text.includes('HTTP/1.1 200 OK'), 'the answer');
    socket.destroy();
  });
});

describe('a file', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
    it.bytes = randomBytes(1_000_000);
    const { presignedUrl } = await presign(it.server, it.user, 'Žluťoučký "kůň".bin', 'application/octet-stream');
    assert.equal((await put(presignedUrl, it.bytes, 'application/octet-stream')).status, 200);
    it.url = bare(presignedUrl);
  });
  const get = async (headers = {}, method = 'GET') => {
    const response = await fetch(at.url, { headers, method });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('is sent in parts', async () => {
    const ranges = { 'bytes=0-9': [0, 10], 'bytes=999990-': [999_990, 1_000_000], 'bytes=-5': [999_995, 1_000_000],
      'bytes=500000-2000000': [500_000, 1_000_000], 'bytes=0-0': [0, 1], 'bytes=-2000000': [0, 1_000_000] };
    for (const [range, [from, to]] of Object.entries(ranges)) {
      const part = await get({ range });
      const whole = to - from === 1_000_000;
      assert.equal(part.status, whole ? 200 : 206, range);
      if (!whole) assert.equal(part.headers.get('content-range'), `bytes ${from}-${to - 1}/1000000`);
      assert.deepEqual(part.bytes, at.bytes.subarray(from, to));
    }
    for (const range of ['bytes=1000000-', 'bytes=-0', 'bytes=5000000-6000000']) {
      const none = await get({ range });
      assert.equal(none.status, 416, range);
      assert.equal(none.headers.get('content-range'), 'bytes */1000000');
    }
    for (const range of ['bytes=5-1', 'bytes=a-b', 'lines=0-1', 'bytes=0-1,5-6', 'bytes=', 'bytes=--1', 'nonsense']) {
      assert.equal((await get({ range })).status, 200, range);
    }
  });

  it('is not sent again to those who have it', async () => {
    const etag = (await get()).headers.get('etag');
    assert.match(etag, /^"[0-9a-f]{64}"$/);
    assert.equal((await get({ 'if-none-match': etag })).status, 304);
    assert.equal((await get({ 'if-none-match': `"x", W/${etag}` })).status, 304);
    assert.equal((await get({ 'if-none-match': '"x"' })).status, 200);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': etag })).status, 206);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': '"x"' })).status, 200);
    const head = await get({}, 'HEAD');
    assert.equal(head.headers.get('content-length'), '1000000');
    assert.equal(head.bytes.length, 0);
  });

  it('keeps its name, whatever stands in it', async () => {
    const { headers } = await get();
    const [kind, ascii, whole] = headers.get('content-disposition').split('; ');
    assert.equal(kind, 'attachment');
    assert.match(ascii, /^filename="[ !#-~]+\.bin"$/);
    assert.equal(whole, `filename*=UTF-8''${encodeURIComponent('Žluťoučký "kůň".bin')}`);
  });

  it('is not found by what is no id', async () => {
    for (const path of ['x', '..%2f..%2frookery.db', '0'.repeat(32), `${'0'.repeat(31)}G`, '0'.repeat(64), '%00']) {
      failure(await call(at.server, 'GET', `/files/${path}`), 404);
    }
    const raw = await once(at.server, 'GET', '/api/v1/files/../../../etc/passwd');
    assert.equal(raw.status, 404);
    const wrong = await call(at.server, 'DELETE', `/files/${'0'.repeat(32)}`);
    failure(wrong, 405);
    assert.equal(wrong.headers.get('allow'), 'PUT, GET, HEAD, OPTIONS');
  });

  it('that could run in a browser is an attachment', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/pdf']) {
      const { presignedUrl } = await presign(at.server, at.user, 'page.html', type);
      assert.equal((await put(presignedUrl, '<script>alert(1)</script>', type)).status, 200);
      const shown = await fetch(bare(presignedUrl));
      assert.match(shown.headers.get('content-disposition'), /^attachment;/, type);
      assert.match(shown.headers.get('content-security-policy'), /sandbox/);
      assert.equal(shown.headers.get('content-type'), type);
    }
  });
});

describe('a file that comes with a message', () => {
  const at = useServer({}, async (it) => {
    [it.sender, it.other, it.stranger] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.sender, it.other);
    it.workspace = await makeWorkspace(it.server, it.sender, [it.other]);
    it.channel = await makeChannel(it.server, it.sender, it.workspace);
    it.client = await new Client(it.server, it.sender).connect();
  });
  const download = (user, id) =>
    call(at.server, 'GET', `/messages/get-download-signed-url/${id}`, { token: user?.token });

  it('has an imageKey when its sender has uploaded it, and none otherwise', async () => {
    const file = await upload(at.server, at.sender, 'my  cat\tpicture.png');
    const { data } = await at.client.ask('roomMessage', { roomId: at.room._id, body: 'with it', ...file });
    assert.match(data.imageKey, new RegExp(`^my__cat_picture\\.png-${file.timeStamp}-rookery$`));
    assert.equal(data.image, file.image);
    const others = [{ ...file, timeStamp: '1' }, { ...file, filename: 'other.png' }];
    for (const one of others) {
      const answer = await at.client.ask('roomMessage', { roomId: at.room._id, body: 'without', ...one });
      assert.equal(answer.data.imageKey, null);
    }
    const reader = await new Client(at.server, at.other).connect();
    const stolen = await reader.ask('roomMessage', { roomId: at.room._id, body: 'not mine', ...file });
    assert.equal(stolen.data.imageKey, null);
  });

  it('is fetched by those who take part, by an address of a short life', async () => {
    const file = await upload(at.server, at.sender, 'notes.txt', 'the notes');
    await at.client.ask('JoinChannel', { channelId: at.channel.id });
    for (const [event, where] of [['roomMessage', { roomId: at.room._id }], ['NewMessage', { channelId: at.channel.id }]]) {
      for (const with_ of [file, { image: file.image }, { filename: file.filename, timeStamp: file.timeStamp }]) {
        const { data } = await at.client.ask(event, { ...where, body: 'notes', ...with_ });
        const url = envelopeC(await download(at.other, data._id));
        const fetched = await fetch(url, { headers: { origin: 'http://elsewhere.example' } });
        assert.equal(fetched.status, 200);
        assert.equal(await fetched.text(), 'the notes');
        assert.match(fetched.headers.get('content-disposition'), /^attachment;/);
        assert.equal(fetched.headers.get('access-control-allow-origin'), '*');
        assert.match(fetched.headers.get('cache-control'), /^private/);
        const longer = url.replace(/expires=\d+/, (text) => `${text}0`);
        failure(await call(at.server, 'GET', new URL(longer).pathname + new URL(longer).search), 403);
        failure(await download(at.stranger, data._id), 401);
        failure(await download(undefined, data._id), 403);
      }
    }
    for (const id of ['undefined', 'f'.repeat(24), 'temp_1_x']) failure(await download(at.other, id), 404);
    const { data } = await at.client.ask('roomMessage', { roomId: at.room._id, body: 'no file' });
    failure(await download(at.other, data._id), 404);
  });

  it('is refused before it costs anything when a signature is missing', async () => {
    const before = await at.server.memory();
    const answer = await put(`${at.server.url}/api/v1/files/${'a'.repeat(32)}`, Buffer.alloc(20_000_000));
    failure(answer, 403);
    assert.ok(isSanitized || await at.server.memory() - before < 10_000, 'kept nothing of it');
  });
});

describe('large files', () => {
  const at = useServer({ set: { 'files.maxBytes': 2 ** 31, 'files.quotaBytes': 2 ** 32 } });

  it('need no more memory than small ones, up and down', async () => {
    const user = await makeUser(at.server);
    const piece = randomBytes(1 << 20);
    const count = 256;
    const { presignedUrl } = await presign(at.server, user, 'large');
    const hash = createHash('sha256');
    for (let i = 0; i < count; ++i) hash.update(piece);
    const expected = hash.digest('hex');
    const before = await at.server.memory();
    let most = 0;
    const watch = setInterval(async () => { most = Math.max(most, await at.server.memory()); }, 20);
    try {
      const { hostname, port, pathname, search } = new URL(presignedUrl);
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (bytes) => (text += bytes));
      socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: ${count << 20}\r\n\r\n`);
      for (let i = 0; i < count; ++i) {
        if (!socket.write(piece)) await new Promise((done) => socket.once('drain', done));
      }
      await waitFor(() => text.includes('HTTP/1.1 200 OK'), 'the answer');
      assert.equal(text.includes(expected), true);
      socket.destroy();

      const response = await fetch(bare(presignedUrl));
      const reader = response.body.getReader();
      const received = createHash('sha256');
      for (let n = 0; ; ++n) {
        const { done, value } = await reader.read();
        if (done) break;
        received.update(value);
        if (n === 20) await new Promise((later) => setTimeout(later, 300));
      }
      assert.equal(received.digest('hex'), expected);
    } finally {
      clearInterval(watch);
    }
    assert.ok(isSanitized || most - before < 24_000, `${most - before} KiB more for 256 MiB`);
  });
});
