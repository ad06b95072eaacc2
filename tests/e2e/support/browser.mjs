// Chromium with the server's page in it: windows of users, and what their messages went through.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { deadlineMs, within } from './wait.mjs';

const executablePath = process.env.ROOKERY_CHROMIUM || '/usr/bin/chromium';

export async function startBrowser() {
  if (!existsSync(executablePath)) {
    throw new Error(`no browser at ${executablePath}: install chromium or set ROOKERY_CHROMIUM`);
  }
  return chromium.launch({
    executablePath,
    timeout: deadlineMs,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// Runs in the page before anything of it: every state that a bubble is ever in, by its text.
function recordStates() {
  const states = (window.recordedStates = {});
  const violations = (window.policyViolations = []);
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
  const note = (bubble, state) => {
    const seen = (states[bubble.querySelector('.text').textContent] ??= []);
    if (seen.at(-1) !== state) seen.push(state);
  };
  new MutationObserver((records) => {
    for (const { type, target, oldValue, addedNodes } of records) {
      if (type === 'attributes' && target.matches('.message')) note(target, oldValue);
      for (const node of addedNodes) {
        if (node.nodeType === 1 && node.matches('.message')) note(node, node.dataset.state);
      }
    }
    for (const bubble of document.querySelectorAll('.message')) note(bubble, bubble.dataset.state);
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-state'],
    attributeOldValue: true,
  });
}

/** A window of its own, with storage of its own, that shows the page of `server`. */
export async function openWindow(browser, server, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 820, height: 600 },
    deviceScaleFactor: 1,
    locale: 'en-GB',
    ...options,
  });
  context.setDefaultTimeout(deadlineMs);
  const page = await context.newPage();
  await page.addInitScript(recordStates);
  const window = new Window(page, server);
  await page.goto(server.url);
  return window;
}

export class Window {
  /** Exceptions that nothing in the page caught. */
  errors = [];

  constructor(page, server) {
    this.page = page;
    this.server = server;
    page.on('pageerror', (error) => this.errors.push(error.stack));
  }

  async signUp({ username, email, password }) {
    const { page } = this;
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByLabel('E-mail', { exact: true }).fill(email);
    await page.locator('#entry').getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await this.connected();
  }

  async signIn({ username, password }) {
    const { page } = this;
    await page.locator('#entry').getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.locator('#entry [type=submit]').click();
    await this.connected();
  }

  connected = () => this.page.locator('#link-state[data-link=on]').waitFor();

  /** Answers the dialog that `button` opens. */
  async answer(button, text) {
    await this.page.getByRole('button', { name: button }).first().click();
    await this.page.locator('#ask-input').fill(text);
    await this.page.locator('#ask-go').click();
    await this.page.locator('#ask').waitFor({ state: 'hidden' });
  }

  /** Waits until the conversation with this title is open and its history is there. */
  async isIn(title) {
    await this.page.locator('#talk-title', { hasText: title }).waitFor();
    await this.page.locator('#no-messages:not([hidden]), #messages .message').first().waitFor();
  }

  async openConversation(title) {
    await this.page.locator('a.conversation', { hasText: title }).click();
    await this.isIn(title);
  }

  /** Types it into the composer and presses Enter. */
  async write(text) {
    await this.page.locator('#text').fill(text);
    await this.page.locator('#text').press('Enter');
  }

  bubble = (text) => this.page.locator('.message', { hasText: text });

  /** Waits for the one bubble with this text to be in a state. */
  async sees(text, state) {
    await this.page.locator(`.message[data-state=${state}]`, { hasText: text }).waitFor();
  }

  /** Every state that this text's bubble was in, in order. */
  statesOf = (text) => this.page.evaluate((of) => window.recordedStates[of] ?? [], text);

  texts = () => this.page.locator('.message .text').allTextContents();

  violations = () => this.page.evaluate(() => window.policyViolations);

  screenshot = (options) => within(this.page.screenshot(options), 'a screenshot');
}
