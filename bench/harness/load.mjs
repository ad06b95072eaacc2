// The load generator as an object: a command in, its answer out (bench/load/main.cpp).

import { cores, startPinned } from './processes.mjs';

export class Load {
  #child;
  #waiting = [];
  #lines = [];

  /** Makes the clients for `port`; `kind` is "channels" or "rooms". `goesFirst`: before all else on its core. */
  static async start({ program, port, lists, log, kind = 'channels', transport = 'websocket', addresses = 8, goesFirst = false,
    tls = false, deflate = false }) {
    const load = new Load();
    load.#child = startPinned([...(goesFirst ? ['chrt', '--fifo', '10'] : []), program, '--port', String(port), '--lists', lists, '--kind', kind,
      '--transport', transport, '--addresses', String(addresses), ...(tls ? ['--tls'] : []), ...(deflate ? ['--deflate'] : [])],
    { core: cores.other, log, onLine: (line) => load.#take(JSON.parse(line)) });
    load.#child.ended.then(({ code, signal }) => {
      const error = new Error(`the load generator ended (${code ?? signal}); see ${log}`);
      load.#waiting.splice(0).forEach(({ failed }) => failed(error));
    });
    load.log = log;
    load.about = await load.#next();
    return load;
  }

  #take(answer) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.done(answer);
    else this.#lines.push(answer);
  }

  #next() {
    if (this.#lines.length > 0) return Promise.resolve(this.#lines.shift());
    return new Promise((done, failed) => this.#waiting.push({ done, failed }));
  }

  async ask(command, values = {}) {
    const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    this.#child.stdin.write(`${[command, ...words].join(' ')}\n`);
    const answer = await this.#next();
    if (answer.error) throw new Error(`${command}: ${answer.error}`);
    return answer;
  }

  /** Connects `count` clients (all of them by default) and lets them join what they belong to. */
  async connect(values = {}) {
    const connected = await this.ask('connect', values);
    if (connected.failed > 0) {
      throw new Error(`${connected.failed} clients could not connect: ${JSON.stringify(connected.failures)}`);
    }
    return connected;
  }

  async join() {
    const { refused } = await this.ask('join');
    if (refused > 0) throw new Error(`${refused} joins were refused`);
  }

  /** One run, open-loop or closed (`command` 'ask'); `sample()` is called at both ends of what is measured. */
  async run(values, sample = () => undefined, command = 'run') {
    const begin = await this.ask(command, values).then((answer) => [answer, sample()]);
    const end = [await this.#next(), sample()];
    const result = await this.#next();
    if (begin[0].at !== 'begin' || end[0].at !== 'end' || result.at !== 'result') {
      throw new Error('the load generator lost count');
    }
    return { ...result, before: begin[1], after: end[1] };
  }

  async stop() {
    this.#child.stdin.end('quit\n');
    await this.#child.ended;
  }
}
