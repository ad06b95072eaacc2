// @rookery/client in Chromium, with IndexedDB: the network goes, one writes, reloads, and when the
// network is back each message is there once.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { connect } from './support/client.mjs';
import { makeRoom, makeUsers, readHistory } from './support/rest.mjs';
import { installSdk, layCable, modules } from './support/sdk.mjs';
import { startServer } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const page = `<!doctype html><title>client</title><script type="importmap">
{"imports": {"@rookery/client": "/esm/index.js", "socket.io-client": "/socket.io.js"}}</script>`;

/** The page and the package from an origin of their own. */
async function servePage(dist) {
  const files = { '/socket.io.js': join(modules, 'socket.io-client/dist/socket.io.esm.min.js') };
  const server = http.createServer((request, response) => {
    const file = files[request.url] ?? join(dist, request.url);
    const isCode = request.url.endsWith('.js') && existsSync(file);
    response.setHeader('Content-Type', isCode ? 'text/javascript' : 'text/html');
    response.end(isCode ? readFileSync(file) : page);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}

describe('@rookery/client in a browser', () => {
  const at = {};
  before(async () => {
    at.browser = await startBrowser();
    at.sdk = await installSdk();
    at.page = await servePage(at.sdk.dist);
    at.server = await startServer({ set: { 'cors.origins': at.page.url } });
    [at.ada, at.bob] = await makeUsers(at.server, 2);
    at.room = (await makeRoom(at.server, at.ada, at.bob))._id;
    at.cable = await layCable(at.server);
    at.window = await (await at.browser.newContext()).newPage();
  });
  after(async () => {
    await at.browser?.close();
    await at.cable?.close();
    await at.page?.close();
    await at.server?.close();
    await at.sdk?.remove();
  });

  /** Opens the page, as a reload does, and the room in it. */
  const load = async () => {
    await at.window.goto(at.page.url);
    await at.window.evaluate(async ([url, token, roomId]) => {
      const { RookeryClient } = await import('@rookery/client');
      window.client = new RookeryClient(url, { token, socket: { reconnectionDelay: 20, reconnectionDelayMax: 100 } });
      window.room = window.client.room(roomId);
    }, [at.cable.url, at.ada.token, at.room]);
  };
  const seen = () => at.window.evaluate(() => window.room.messages.map(({ state, body }) => `${state} ${body}`));
  const sees = async (expected) => {
    let last;
    await eventually(async () => JSON.stringify(last = await seen()) === JSON.stringify(expected),
      () => `${JSON.stringify(expected)}; there is ${JSON.stringify(last)}`);
  };

  it('loses nothing and doubles nothing', async () => {
    await load();
    await at.window.evaluate(() => window.room.send('with the network'));
    await sees(['confirmed with the network']);
    at.cable.pull();
    await at.window.evaluate(() => { for (const body of ['without', 'and again']) void window.room.send(body); });
    await sees(['confirmed with the network', 'pending without', 'pending and again']);
    await load();
    await sees(['pending without', 'pending and again']);
    at.cable.plug();
    const expected = ['confirmed with the network', 'confirmed without', 'confirmed and again'];
    await sees(expected);
    await load();
    await sees(expected);
    const bodies = (await readHistory(at.server, at.bob, at.room)).map(({ body }) => body);
    assert.deepEqual(bodies.sort(), ['and again', 'with the network', 'without']);
  });

  it('sends once what was answered while the network went', async () => {
    const reader = await connect(at.server, at.bob);
    await at.window.evaluate(() => { void window.room.send('torn'); });
    await reader.hear('roomMessageConfirmed', ({ body }) => body === 'torn');
    at.cable.pull();
    await load();
    at.cable.plug();
    await eventually(async () => (await seen()).includes('confirmed torn'), 'the message');
    assert.equal((await seen()).filter((one) => one.endsWith('torn')).length, 1);
    assert.equal(reader.all('roomMessageConfirmed', ({ body }) => body === 'torn').length, 1);
  });
});
