import { $ } from './dom.js';

// The line one writes in: Enter sends, Shift+Enter makes a line, the field grows with its text.

export class Composer {
  /// `onWritten(text)` gets what is sent, without white space around it and never empty.
  constructor(onWritten) {
    this.field = $('text');
    this.field.oninput = () => this.#fit();
    this.field.onkeydown = (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      $('composer').requestSubmit();
    };
    $('composer').onsubmit = (event) => {
      event.preventDefault();
      const written = this.field.value.trim();
      if (!written) return;
      this.draft = '';
      onWritten(written);
      this.focus();
    };
  }

  get draft() {
    return this.field.value;
  }
  set draft(text) {
    this.field.value = text;
    this.#fit();
  }

  focus() {
    this.field.focus();
  }

  #fit() {
    this.field.style.height = 'auto';
    if (this.field.value) this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
