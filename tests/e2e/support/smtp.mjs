// An SMTP server that keeps the mail it is given (RFC 5321), as far as one client needs it.

import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { deferred, within } from './wait.mjs';

export class MailServer {
  /** {from, to: [address], text, secure, user} in the order of arrival. */
  mails = [];
  #waiting = [];

  /** `refuse`: answers 550 to every recipient; `tls`: {cert, key} for STARTTLS. */
  static async start({ refuse = false, tls } = {}) {
    const it = new MailServer();
    it.refuse = refuse;
    it.context = tls && createSecureContext(tls);
    it.server = createServer((socket) => it.#serve(socket, socket, false));
    await new Promise((done) => it.server.listen(0, '127.0.0.1', done));
    it.url = `smtp://127.0.0.1:${it.server.address().port}`;
    return it;
  }

  #serve(raw, socket, secure) {
    const mail = { from: '', to: [], text: '', secure, user: '' };
    let rest = '';
    let inData = false;
    let asked = false; // for user and password
    const say = (line) => socket.write(`${line}\r\n`);
    if (!secure) say('220 test ESMTP');
    const onLine = (line) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') {
        say('250-test');
        if (this.context && !secure) say('250-STARTTLS');
        say('250-AUTH PLAIN');
        say('250 8BITMIME');
      } else if (line === 'STARTTLS') {
        socket.removeAllListeners('data');
        socket.pause();
        say('220 go');
        this.#serve(raw, new TLSSocket(raw, { isServer: true, secureContext: this.context }), true);
      } else if (line === 'AUTH PLAIN') {
        asked = true;
        say('334 ');
      } else if (asked) {
        asked = false;
        mail.user = Buffer.from(line, 'base64').toString().split('\0').slice(1).join(':');
        say('235 fine');
      } else if (verb === 'MAIL') {
        mail.from = /<(.*?)>/.exec(line)[1];
        say('250 fine');
      } else if (verb === 'RCPT') {
        mail.to.push(/<(.*?)>/.exec(line)[1]);
        say(this.refuse ? '550 no such user' : '250 fine');
      } else if (verb === 'DATA') {
        inData = true;
        say('354 go');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else {
        say('250 fine');
      }
    };
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      rest += bytes.toString();
      for (;;) {
        const end = rest.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = rest.slice(0, end);
        rest = rest.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          mail.text = part;
          this.mails.push({ ...mail });
          this.#waiting.splice(0).forEach((wake) => wake());
          say('250 taken');
        } else {
          onLine(part);
        }
      }
    });
  }

  /** The first mail to `address`, now or later. */
  async mailTo(address) {
    for (;;) {
      const found = this.mails.find(({ to }) => to.includes(address));
      if (found) return found;
      const next = deferred();
      this.#waiting.push(next.resolve);
      await within(next.promise, `a mail to ${address}`);
    }
  }

  close() {
    return new Promise((done) => this.server.close(done));
  }
}
