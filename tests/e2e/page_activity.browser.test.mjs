// The page beyond messages: who is there and types, who has read, edits, reactions, deletions, search.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, startBrowser } from './support/browser.mjs';
import { connect } from './support/client.mjs';
import { call, readHistory, signIn } from './support/rest.mjs';
import { keys } from './support/keys.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const person = (username) => ({ username, email: `${username}@example.org`, password: `Pw-${username}-1` });
const [maren, tobias] = [person('maren'), person('tobias')];

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

describe('the page', () => {
  let one; // Maren's window
  let other; // Tobias' window, a phone
  const at = useServer({ set: { [keys.presenceGrace]: 100 } });
  before(async () => {
    one = await openWindow(browser, at.server);
    other = await openWindow(browser, at.server, { viewport: { width: 390, height: 700 }, hasTouch: true, colorScheme: 'dark' });
    await one.signUp(maren);
    await other.signUp(tobias);
    await one.answer('Write to somebody', 'tobias');
    await one.isIn('tobias');
  });

  const bubble = (window, text) => window.page.locator('.message', { hasText: text });
  /** Opens the menu of a message by keyboard alone. */
  async function menu(window, text) {
    await bubble(window, text).getByRole('button', { name: 'React, edit or delete' }).focus();
    await window.page.keyboard.press('Enter');
    await window.page.locator('#act').waitFor();
  }

  it('shows who is there', async () => {
    await one.page.locator('#talk-sub', { hasText: 'online' }).waitFor();
    assert.equal(await one.page.locator('a.conversation .presence').getAttribute('data-status'), 'online');
  });

  it('shows who types, until the message is there', async () => {
    await one.write('Is anybody there?');
    await other.openConversation('maren');
    await other.page.locator('#text').pressSequentially('Ye');
    await one.page.locator('#typing', { hasText: 'tobias is typing…' }).waitFor();
    await other.page.locator('#text').fill('');
    await other.write('Yes, all of us.');
    await one.sees('Yes, all of us.', 'confirmed');
    await eventually(async () => (await one.page.locator('#typing').textContent()) === '', 'the typing to end');
  });

  it('shows what the other has read', async () => {
    await bubble(one, 'Is anybody there?').locator('.state[title=read]').waitFor();
    await one.write('Lovely.');
    await bubble(one, 'Lovely.').locator('.state[title=read]').waitFor();
    assert.equal(await bubble(one, 'Lovely.').getAttribute('data-state'), 'confirmed');
  });

  it('counts what is unread as the server does, also after a reload', async () => {
    await other.page.locator('#back').click();
    await one.write('Two for later');
    await one.write('and this one');
    await one.sees('and this one', 'confirmed');
    const badge = other.page.locator('a.conversation .badge');
    await eventually(async () => /^2/.test(await badge.textContent()), 'a count of two');
    await other.page.reload();
    await eventually(async () => /^2/.test(await badge.textContent()), 'the same count after a reload');
    await other.openConversation('maren');
    await badge.waitFor({ state: 'hidden' });
    await bubble(one, 'and this one').locator('.state[title=read]').waitFor();
    const token = await signIn(at.server, tobias);
    const rooms = await call(at.server, 'GET', '/room', { token });
    at.room = rooms.body.data[0]._id;
    at.tobias = { token };
  });

  it('reacts, by keyboard, and takes it back by a click', async () => {
    await menu(one, 'Yes, all of us.');
    await one.page.getByRole('button', { name: 'React with 🎉' }).press('Enter');
    for (const window of [one, other]) await bubble(window, 'Yes, all of us.').locator('.reactions button', { hasText: '🎉 1' }).waitFor();
    const mine = bubble(one, 'Yes, all of us.').locator('.reactions button');
    assert.equal(await mine.getAttribute('aria-pressed'), 'true');
    await bubble(other, 'Yes, all of us.').locator('.reactions button').click();
    await bubble(one, 'Yes, all of us.').locator('.reactions button', { hasText: '🎉 2' }).waitFor();
    await mine.click();
    await bubble(other, 'Yes, all of us.').locator('.reactions button', { hasText: '🎉 1' }).waitFor();
    assert.equal(await mine.getAttribute('aria-pressed'), 'false');
  });

  it('edits in the line one writes in, and keeps what was begun there', async () => {
    await one.page.locator('#text').fill('a draft');
    await menu(one, 'Two for later');
    await one.page.locator('#act-edit').press('Enter');
    assert.equal(await one.page.locator('#text').inputValue(), 'Two for later');
    await one.page.locator('#text').fill('Two for now');
    await one.page.locator('#text').press('Enter');
    for (const window of [one, other]) {
      await bubble(window, 'Two for now').locator('.edited', { hasText: 'edited' }).waitFor();
    }
    assert.equal(await one.page.locator('#text').inputValue(), 'a draft');
    await menu(one, 'Two for now');
    await one.page.locator('#act-edit').press('Enter');
    await one.page.locator('#text').press('Escape');
    assert.equal(await one.page.locator('#text').inputValue(), 'a draft');
    await one.page.locator('#text').fill('');
    await menu(other, 'Two for now');
    assert.equal(await other.page.locator('#act-edit').isVisible(), false, 'of somebody else');
    assert.equal(await other.page.locator('#act-delete').isVisible(), false);
    await other.page.locator('#act-cancel').click();
  });

  it('deletes for everybody, and forgets the text', async () => {
    await menu(one, 'and this one');
    await one.page.locator('#act-delete').press('Enter');
    for (const window of [one, other]) await bubble(window, 'Message deleted').waitFor();
    const stored = await readHistory(at.server, at.tobias, at.room);
    assert.ok(!JSON.stringify(stored).includes('and this one'));
  });

  it('finds a message that is pages away, and shows where it stands', async () => {
    const writer = await connect(at.server, undefined, { token: await signIn(at.server, maren) });
    for (let index = 0; index < 120; index++) {
      const body = index === 3 ? 'The <key> is under the third stone' : `the ${index}th line`;
      assert.equal((await writer.ask('roomMessage', { roomId: at.room, body })).success, true);
    }
    writer.close();
    await one.sees('the 119th line', 'confirmed');
    await other.page.reload();
    await other.page.locator('#back').click();
    await eventually(async () => {
      await other.page.getByLabel('Search messages').fill('third sto');
      await other.page.locator('.match, #found .empty').first().waitFor();
      return (await other.page.locator('.match').count()) === 1;
    }, 'the index to have it');
    assert.equal(await other.page.locator('.match .snippet').textContent(), 'The <key> is under the third stone');
    assert.deepEqual(await other.page.locator('.match mark').allTextContents(), ['third', 'stone']);
    await other.page.locator('.match').click();
    await other.page.locator('.message.found', { hasText: 'third stone' }).waitFor();
    await other.page.locator('#back').click();
    assert.equal(await other.page.locator('#lists').isVisible(), true, 'the lists are back');
  });

  it('shows when somebody has gone', async () => {
    await other.page.close();
    await one.page.locator('#talk-sub', { hasText: /last seen|offline/ }).waitFor();
    assert.deepEqual([...one.errors, ...other.errors], []);
    assert.deepEqual(await one.page.evaluate(() => window.policyViolations), []);
  });
});
