import { $, el } from './dom.js';

// Reactions, edits and deletions: the menu of a message, and the events that tell of them.

const kEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢'];
const kEvents = {
  messageEdited: 'edit',
  messageDeleted: 'erase',
  reactionAdded: 'react',
  reactionRemoved: 'react',
};

export class Changes {
  #socket;
  #on;

  /// `on`: find(id) answers a conversation, changed(conversation), failed(text), edit(entry) lets
  /// the user write anew what it says.
  constructor(socket, on) {
    this.#socket = socket;
    this.#on = on;
    for (const [event, method] of Object.entries(kEvents)) {
      socket.on(event, (change) => {
        const conversation = on.find(change.roomId ?? change.channelId);
        if (conversation?.[method](change, event === 'reactionAdded')) on.changed(conversation);
      });
    }
  }

  /// Asks what to do with a message. `mayDelete`: it is one's own, or one is an admin there.
  menu(entry, { isOwn, mayDelete }) {
    const dialog = $('act');
    const choose = (does) => () => {
      dialog.close();
      does();
    };
    $('act-emoji').replaceChildren(
      ...kEmoji.map((emoji) => {
        const onclick = choose(() => this.toggle(entry, emoji));
        return el(
          'button',
          { type: 'button', 'aria-label': `React with ${emoji}`, onclick },
          emoji,
        );
      }),
    );
    $('act-edit').hidden = !isOwn;
    $('act-edit').onclick = choose(() => this.#on.edit(entry));
    $('act-delete').hidden = !mayDelete;
    $('act-delete').onclick = choose(() => this.#ask('deleteMessage', { messageId: entry.id }));
    dialog.showModal();
  }

  toggle(entry, emoji) {
    const isMine = entry.reactions?.some((one) => one.emoji === emoji && one.reacted);
    this.#ask(isMine ? 'removeReaction' : 'addReaction', { messageId: entry.id, emoji });
  }

  edit(entry, body) {
    this.#ask('editMessage', { messageId: entry.id, body });
  }

  async #ask(event, payload) {
    try {
      const answer = await this.#socket.emit(event, payload);
      if (!answer.success) this.#on.failed(answer.message);
    } catch {
      this.#on.failed('That needs a connection. Try again in a moment.');
    }
  }
}
