// The page at `/` as two people use it: Chromium with a window for each, and the real server.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openWindow, startBrowser } from './support/browser.mjs';
import { connect } from './support/client.mjs';
import { fillDisk } from './support/full_disk.mjs';
import { keys } from './support/keys.mjs';
import { call, readHistory, signIn } from './support/rest.mjs';
import { tree } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const person = (username) => ({
  username,
  email: `${username}@example.org`,
  password: `Pw-${username}-1`,
});
const maren = person('maren');
const tobias = person('tobias');

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

describe('the page', () => {
  let one; // Maren's window
  let other; // Tobias' window
  const at = useServer({ set: { [keys.retryFor]: 500 } });

  before(async () => {
    one = await openWindow(browser, at.server, { deviceScaleFactor: 2, colorScheme: 'light' });
    other = await openWindow(browser, at.server, { deviceScaleFactor: 2, colorScheme: 'dark' });
    await one.signUp(maren);
    await other.signUp(tobias);
  });

  it('makes a workspace, and a channel that others join by invitation', async () => {
    await one.answer('New workspace', 'Field station');
    await one.isIn('#general');
    await one.page.getByRole('button', { name: 'Invite people to Field station' }).click();
    const invitation = await one.page.locator('#ask-input').inputValue();
    await one.page.keyboard.press('Escape');
    await one.answer('New channel in Field station', 'deployments');
    await one.isIn('#deployments');

    await other.answer('Join', invitation);
    await other.isIn('#general');
    await other.openConversation('deployments');
    await one.write('The new server is in the rack.');
    await other.sees('The new server is in the rack.', 'confirmed');
    await other.write('Cabled and reachable from outside.');
    await one.sees('Cabled and reachable from outside.', 'confirmed');
    assert.deepEqual(await one.texts(), await other.texts());
    assert.equal(
      await other.page.locator('.message:not(.mine) .author').first().textContent(),
      'maren',
    );
    for (const window of [one, other]) {
      assert.deepEqual(await window.statesOf('The new server is in the rack.'), [
        'pending',
        'confirmed',
      ]);
    }
  });

  it('counts what is unread in a conversation that is not open', async () => {
    await one.openConversation('general');
    await other.write('First users are on it.');
    await one.page
      .locator('a.conversation', { hasText: 'deployments' })
      .locator('.badge')
      .waitFor();
    assert.match(await one.page.title(), /^\(1\) /);
    await one.openConversation('deployments');
    await eventually(async () => (await one.page.title()) === 'Rookery', 'the count to go');
  });

  it('shows a message pending, then confirmed, in a room', async () => {
    await one.answer('Write to somebody', 'tobias');
    await one.isIn('tobias');
    await other.answer('Write to somebody', 'maren');
    await other.isIn('maren');
    const lines = [
      [one, 'Morning! Is everybody over on the new server?'],
      [other, 'Since six. Rooms and channels came along, with all their ids.'],
      [other, 'Two things are left:\nthe old invitations, and the status page.'],
      [one, 'Lovely. It feels instant from the train, too.'],
    ];
    for (const [window, text] of lines) {
      await window.write(text);
      const first = text.split('\n')[0];
      await one.sees(first, 'confirmed');
      await other.sees(first, 'confirmed');
    }
    assert.deepEqual(
      await one.texts(),
      lines.map(([, text]) => text),
    );
    assert.deepEqual(await other.texts(), await one.texts());
    for (const [, text] of lines) {
      assert.deepEqual(await one.statesOf(text), ['pending', 'confirmed']);
      assert.deepEqual(await other.statesOf(text), ['pending', 'confirmed']);
    }
  });

  it('shows a message failed when the store cannot take it, and sends it again, once', async () => {
    const text = 'I will write the announcement at noon.';
    const disk = await fillDisk(at.server);
    try {
      await one.write(text);
      await one.sees(text, 'failed');
      await other.sees(text, 'failed');
      await takePicture(browser, one, other);
    } finally {
      await disk.lift();
    }
    await one.bubble(text).getByRole('button', { name: 'Retry' }).click();
    await one.sees(text, 'confirmed');
    await other.sees(text, 'confirmed');

    for (const window of [one, other]) {
      assert.deepEqual(await window.statesOf(text), ['pending', 'failed', 'pending', 'confirmed']);
      assert.equal(await window.bubble(text).count(), 1);
    }
    const token = await signIn(at.server, maren);
    const [room] = (await call(at.server, 'GET', '/room', { token })).body.data;
    const kept = await readHistory(at.server, { token }, room._id);
    assert.deepEqual(
      kept.map(({ seq }) => seq),
      [1, 2, 3, 4, 5],
    );
    assert.equal(kept.at(-1).body, JSON.stringify({ ops: [{ insert: `${text}\n` }] }));
  });

  it('keeps what is written while the server is away, and sends it once it is back', async () => {
    await at.server.kill();
    await one.page.locator('#banner:not([hidden])').waitFor();
    await one.write('Written while you were away.');
    await one.sees('Written while you were away.', 'pending');
    // A reload does not lose it either, once there is a server to load the page from.
    await at.server.restart();
    await one.page.reload();
    await one.isIn('tobias');
    await one.sees('Written while you were away.', 'confirmed');
    await other.page.locator('#banner').waitFor({ state: 'hidden' });
    await other.sees('Written while you were away.', 'confirmed');
    assert.equal((await one.texts()).length, 6);
    assert.deepEqual(await other.texts(), await one.texts());
  });

  it('shows a body that is no delta as the text that it is', async () => {
    const token = await signIn(at.server, tobias);
    const [room] = (await call(at.server, 'GET', '/room', { token })).body.data;
    const reader = await openWindow(browser, at.server);
    await reader.signIn(maren);
    await reader.openConversation('tobias');
    const sender = await connect(at.server, { token });
    const answer = await sender.ask('roomMessage', {
      roomId: room._id,
      body: '<img src=x> {"ops":',
    });
    assert.equal(answer.success, true, answer.message);
    await reader.sees('<img src=x> {"ops":', 'confirmed');
    assert.equal((await reader.texts()).at(-1), '<img src=x> {"ops":');
    assert.equal(await reader.page.locator('#messages img').count(), 0);
    await reader.page.context().close();
  });

  it('works on a phone, by keyboard alone, and logs out', async () => {
    const phone = await openWindow(browser, at.server, { viewport: { width: 360, height: 640 } });
    const { page } = phone;
    const focusIs = (selector) => page.locator(`${selector}:focus`).waitFor();
    await focusIs('[name=username]');
    await page.keyboard.type(tobias.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(tobias.password);
    await page.keyboard.press('Enter');
    await phone.connected();
    const link = page.locator('a.conversation', { hasText: 'maren' });
    await link.waitFor();
    for (let i = 0; i < 20 && !(await link.evaluate((a) => a === document.activeElement)); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await phone.isIn('maren');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await page.locator('#text').focus();
    await page.keyboard.type('From the phone');
    await page.keyboard.press('Enter');
    await phone.sees('From the phone', 'confirmed');
    await one.sees('From the phone', 'confirmed');
    assert.deepEqual(await phone.violations(), []);

    await page.locator('#back').click();
    await page.locator('#log-out').click();
    await page.locator('#entry').waitFor();
    await page.reload();
    await page.locator('#entry').waitFor();
    assert.deepEqual(phone.errors, []);
    await page.context().close();
  });

  it('loads nothing from elsewhere and breaks no rule of its policy', async () => {
    const answer = await call(at.server, 'GET', '/');
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/html/);
    const policy = answer.headers.get('content-security-policy');
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(answer.text, /<script(?![^>]*src=)|<style|\son\w+=|style=/);
    for (const window of [one, other]) {
      assert.deepEqual(await window.violations(), []);
      assert.deepEqual(window.errors, []);
    }
  });
});

describe('the connection of the page', () => {
  const at = useServer({ set: { [keys.pingInterval]: 500, [keys.pingTimeout]: 2000 } });

  it('answers pings, and notices a server that has gone silent', async () => {
    const window = await openWindow(browser, at.server);
    const frames = [];
    window.page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => payload === '2' && frames.push('ping'));
      socket.on('framesent', ({ payload }) => payload === '3' && frames.push('pong'));
    });
    await window.signUp(maren);
    await eventually(() => frames.length >= 6, 'three pings and their pongs');
    assert.deepEqual(frames.slice(0, 6), ['ping', 'pong', 'ping', 'pong', 'ping', 'pong']);

    at.server.signal('SIGSTOP');
    try {
      await window.page.locator('#banner:not([hidden])').waitFor();
    } finally {
      at.server.signal('SIGCONT');
    }
    await window.connected();
    await window.page.locator('#banner').waitFor({ state: 'hidden' });
    assert.deepEqual(window.errors, []);
    await window.page.context().close();
  });
});

/** Both windows in one picture: the README's, when ROOKERY_WRITE_PICTURES=1. */
async function takePicture(browser, left, right) {
  const shots = [];
  for (const window of [left, right]) {
    // The pointer and the caret would show where the test happens to be.
    await window.page.mouse.move(0, 0);
    const png = await window.screenshot({ animations: 'disabled', caret: 'hide' });
    shots.push(`data:image/png;base64,${png.toString('base64')}`);
  }
  const page = await browser.newPage({
    deviceScaleFactor: 1.5,
    viewport: { width: 1300, height: 600 },
  });
  await page.setContent(`<!doctype html><style>
      body { display: flex; align-items: start; gap: 20px; margin: 0; padding: 20px; }
      body { width: max-content; height: max-content; }
      img { width: 600px; border-radius: 12px; box-shadow: 0 0 0 1px #8885, 0 6px 18px #0003; }
    </style>${shots.map((url) => `<img src="${url}">`).join('')}`);
  const picture = await page.locator('body').screenshot({ omitBackground: true });
  await page.close();
  assert.ok(picture.length > 20_000, 'a picture with something on it');
  if (process.env.ROOKERY_WRITE_PICTURES === '1') {
    await mkdir(join(tree, 'docs/images'), { recursive: true });
    await writeFile(join(tree, 'docs/images/page.png'), picture);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'rookery-picture-'));
  await writeFile(join(folder, 'page.png'), picture);
  assert.equal((await readFile(join(folder, 'page.png'))).length, picture.length);
  await rm(folder, { recursive: true });
}
