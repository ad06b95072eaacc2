// /docs in the browser: the routes of the OpenAPI document, nothing loaded from elsewhere.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { openApi } from './support/contract.mjs';
import { printed } from './support/documents.mjs';
import { call } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

describe('/docs', () => {
  const at = useServer();
  let browser;
  before(async () => { browser = await startBrowser(); });
  after(() => browser?.close());

  it('has the documents that the program prints', async () => {
    for (const name of ['openapi', 'asyncapi']) {
      const answer = await call(at.server, 'GET', `/docs/${name}.json`);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, printed(name));
    }
  });

  it('shows every route and event, finds by words and leads to shapes', async () => {
    const page = await browser.newPage();
    const foreign = [];
    page.on('request', (request) => { if (!request.url().startsWith(at.server.url)) foreign.push(request.url()); });
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    await page.goto(`${at.server.url}/docs`);
    const count = Object.values(openApi().paths).flatMap(Object.keys).length;
    await page.locator('#paths details').nth(count - 1).waitFor();
    assert.equal(await page.locator('#paths details').count(), count);
    const events = Object.keys(printed('asyncapi').channels.main.messages).filter((name) => !name.endsWith('.answer'));
    assert.equal(await page.locator('#events details').count(), events.length);
    await page.getByLabel('Find').fill('roomMessageConfirmed');
    await page.locator('#events details:visible summary').click();
    await page.locator('#events details:visible').getByRole('link', { name: 'ConfirmedInRoom' }).waitFor();
    await page.getByLabel('Find').fill('upload a file');
    assert.equal(await page.locator('#paths details:visible').count(), 1);
    await page.getByLabel('Find').fill('signup');
    await page.locator('#paths details:visible summary').click();
    await page.locator('#paths details:visible').getByRole('link', { name: 'SignUp' }).click();
    await page.locator('#SignUp pre').waitFor({ state: 'visible' });
    assert.deepEqual(foreign, []);
    assert.deepEqual(problems, []);
    await page.close();
  });
});
