import { $, el, timeOf } from './dom.js';

// Search: a field above the lists; what it finds takes their place until the field is empty.

const kWaitMs = 250;
const kMostMatches = 30;
const kEntities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

export class Search {
  #socket;
  #on;
  #timer = 0;
  #asked = 0;

  /// `on`: title(message) names its conversation, open(message).
  constructor(socket, on) {
    this.#socket = socket;
    this.#on = on;
    this.field = $('search');
    this.field.value = '';
    this.field.oninput = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), kWaitMs);
    };
    this.field.onkeydown = ({ key }) => {
      if (key === 'Escape') this.close(); // false as an answer would take every other key away
    };
    this.#show();
  }

  close() {
    this.field.value = '';
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#show();
  }

  async #find() {
    const query = this.field.value.trim();
    const turn = ++this.#asked;
    if (!query) return this.#show();
    let answer;
    try {
      // The last word is begun, not ended.
      const isOpen = /[\p{L}\p{N}]$/u.test(query) && !query.includes(':');
      const payload = { query: isOpen ? `${query}*` : query, limit: kMostMatches };
      answer = await this.#socket.emit('searchMessages', payload);
    } catch {
      answer = { success: false, message: 'Search needs a connection.' };
    }
    if (turn !== this.#asked) return; // something else was typed meanwhile
    if (answer.success) this.#show(answer.data.matches, 'Nothing found');
    else this.#show([], answer.message);
  }

  #show(matches, whenEmpty) {
    $('lists').hidden = Boolean(matches);
    $('found').hidden = !matches;
    if (!matches) return;
    $('found').replaceChildren(
      matches.length
        ? el('ul', {}, ...matches.map((match) => el('li', {}, this.#match(match))))
        : el('p', { class: 'empty' }, whenEmpty),
    );
  }

  #match({ message, snippet }) {
    return el(
      'button',
      { type: 'button', class: 'match', onclick: () => this.#on.open(message) },
      el('span', { class: 'name' }, `${message.senderId.username} in ${this.#on.title(message)}`),
      el('time', { datetime: message.createdAt }, timeOf(message.createdAt)),
      el('span', { class: 'snippet' }, ...marked(snippet)),
    );
  }
}

/// The snippet is HTML with <mark> alone: its parts as text and elements.
function marked(html) {
  const text = (part) => part.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => kEntities[name]);
  return html
    .split(/<\/?mark>/)
    .map((part, index) => (index % 2 ? el('mark', {}, text(part)) : text(part)));
}
