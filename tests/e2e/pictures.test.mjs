// The picture of a user: uploaded, cleaned, served.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, makeRoom, makeUser, makeUsers } from './support/rest.mjs';
import { Client } from './support/client.mjs';
import { gif, jpeg, png, secret, webp } from './support/pictures.mjs';
import { assertUser, envelopeB, failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const form = (bytes, { field = 'avatar', name = 'me.png', type = 'image/png' } = {}) => {
  const data = new FormData();
  data.append('comment', 'another field, before it');
  data.append(field, new Blob([bytes], { type }), name);
  return data;
};

describe('a user\'s picture', () => {
  const at = useServer({ set: { 'files.pictureBytes': 100_000, 'files.quotaBytes': 300_000 } });
  const put = (user, bytes, options) =>
    call(at.server, 'PUT', '/users/update/dp', { token: user.token, raw: form(bytes, options) });
  const fetchAll = async (url) => {
    const response = await fetch(url);
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  const kinds = { png: [png, 'image/png'], jpg: [jpeg, 'image/jpeg'], gif: [gif, 'image/gif'], webp: [webp, 'image/webp'] };
  for (const [extension, [make, type]] of Object.entries(kinds)) {
    it(`may be ${extension}: known by its content, without what it tells of its maker`, async () => {
      const user = await makeUser(at.server);
      const given = make();
      assert.equal(given.includes(secret), true);
      const data = envelopeB(await put(user, given, { name: 'x.exe', type: 'text/html' }));
      assertUser(data, user);
      assert.match(data.avatar, new RegExp(`^http://127\\.0\\.0\\.1:\\d+/api/v1/files/[0-9a-f]{32}\\.${extension}$`));
      const shown = await fetchAll(data.avatar);
      assert.equal(shown.status, 200);
      assert.equal(shown.headers.get('content-type'), type);
      assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
      assert.match(shown.headers.get('content-security-policy'), /sandbox/);
      assert.match(shown.headers.get('content-disposition'), /^inline; filename="x\.exe"/);
      assert.equal(shown.headers.get('access-control-allow-origin'), '*');
      assert.equal(shown.bytes.includes('GPS'), false);
      assert.ok(shown.bytes.length > 20 && shown.bytes.length < given.length);
    });
  }

  it('lies as it lay: of a JPEG the orientation stays', async () => {
    const user = await makeUser(at.server);
    for (const orientation of [1, 3, 6, 8]) {
      const { avatar } = envelopeB(await put(user, jpeg(orientation)));
      const { bytes } = await fetchAll(avatar);
      const exif = bytes.indexOf('Exif\0\0');
      assert.equal(exif >= 0, orientation !== 1);
      if (exif >= 0) assert.equal(bytes[exif + 6 + 19], orientation);
      assert.equal(bytes.includes('ABC'), false);
    }
  });

  it('shows at once in messages, and takes the place of the one before', async () => {
    const [user, other] = await makeUsers(at.server, 2);
    const room = await makeRoom(at.server, user, other);
    const reader = await new Client(at.server, other).connect();
    const writer = await new Client(at.server, user).connect();
    const first = envelopeB(await put(user, png())).avatar;
    const second = envelopeB(await put(user, gif())).avatar;
    assert.notEqual(first, second);
    assert.equal((await writer.ask('roomMessage', { roomId: room._id, body: 'look' })).success, true);
    const confirmed = await reader.hear('roomMessageConfirmed');
    assert.equal(confirmed.senderId.avatar, second);
    assert.equal((await fetchAll(first)).status, 404);
    assert.equal((await fetchAll(second)).status, 200);
  });

  it('may be called anything', async () => {
    for (const name of ['\u0000', 'x'.repeat(3_000), 'a"b\r\nc']) {
      const body = Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: form-data; name="avatar"; filename="${name.replaceAll('"', '\\"')}"\r\n\r\n`),
        png(), Buffer.from('\r\n--b--')]);
      const user = await makeUser(at.server);
      const answer = await call(at.server, 'PUT', '/users/update/dp', { token: user.token, raw: body,
        headers: { 'content-type': 'multipart/form-data; boundary=b' } });
      assert.equal((await fetch(envelopeB(answer).avatar)).status, 200);
    }
  });

  it('is refused when it is none, damaged, too large or not there', async () => {
    const user = await makeUser(at.server);
    const whole = png();
    failure(await put(user, Buffer.from('<svg onload="alert(1)"/>')), 400, /^Validation error : /);
    failure(await put(user, Buffer.alloc(0)), 400, /^Validation error : /);
    for (const make of [png, jpeg, gif, webp]) {
      const bytes = make();
      for (const length of [9, 14, 30, Math.floor(bytes.length / 2)]) {
        failure(await put(user, bytes.subarray(0, length)), 400, /^Validation error : /);
      }
    }
    failure(await put(user, Buffer.concat([whole, Buffer.alloc(200_000)])), 413);
    failure(await put(user, whole, { field: 'picture' }), 400, /avatar is required/);
    failure(await call(at.server, 'PUT', '/users/update/dp', { token: user.token, body: {} }), 415);
    failure(await call(at.server, 'PUT', '/users/update/dp', { token: user.token, raw: 'x',
      headers: { 'content-type': 'multipart/form-data; boundary=b' } }), 400);
    failure(await call(at.server, 'PUT', '/users/update/dp', { raw: form(whole) }), 403);
    failure(await call(at.server, 'PUT', '/users/update/dp', { raw: form(Buffer.alloc(90_000)) }), 413);
    const me = envelopeB(await call(at.server, 'PUT', '/users/update/profile', { token: user.token, body: {} }));
    assert.match(me.avatar, /default\.png$/);
  });
});
