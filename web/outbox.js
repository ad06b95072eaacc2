// Own messages without an outcome, or with a bad one, over a reload of the page: kept beside the
// session, and under the same clientMessageId they cannot become two messages.

const kOutbox = 'rookery.outbox';

export class Outbox {
  #saved;
  #written = '[]';

  /// `userId`: what another user left in this tab is not ours to send.
  constructor(userId) {
    this.userId = userId;
    const all = JSON.parse(sessionStorage.getItem(kOutbox) ?? '[]');
    this.#saved = all.filter((one) => one.sender._id === userId);
  }

  /// Gives a conversation its messages back.
  restore(conversation) {
    for (const one of this.#saved) {
      if (one.conversationId === conversation.id) conversation.restore(one);
    }
    this.#saved = this.#saved.filter((one) => one.conversationId !== conversation.id);
  }

  save(conversations) {
    const all = [...this.#saved];
    for (const { id, entries } of conversations) {
      for (const entry of entries) {
        if (!entry.local || entry.state === 'confirmed') continue;
        const { clientMessageId, body, sender, createdAt, state, problem, retryable } = entry;
        all.push({
          conversationId: id,
          clientMessageId,
          body,
          sender,
          createdAt,
          state,
          problem,
          retryable,
        });
      }
    }
    const text = JSON.stringify(all);
    if (text !== this.#written) sessionStorage.setItem(kOutbox, (this.#written = text));
  }
}
