import { $ } from './dom.js';

// The line one writes in: Enter sends, Shift+Enter makes a line, the field grows with its text.

export class Composer {
  #editing = null;
  #draftBefore = '';

  /// `on`: written(text) and edited(entry, text) get what is sent, without white space around it
  /// and never empty; typed(text) what stands there at every change.
  constructor(on) {
    this.on = on;
    this.field = $('text');
    this.field.oninput = () => {
      this.#fit();
      if (!this.#editing) on.typed(this.field.value);
    };
    $('edit-cancel').onclick = () => this.#endEditing();
    this.field.onkeydown = (event) => {
      if (event.key === 'Escape' && this.#editing) return this.#endEditing();
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      $('composer').requestSubmit();
    };
    $('composer').onsubmit = (event) => {
      event.preventDefault();
      const written = this.field.value.trim();
      if (!written) return;
      if (this.#editing) {
        on.edited(this.#editing, written);
        return this.#endEditing();
      }
      this.draft = '';
      on.written(written);
      on.typed('');
      this.focus();
    };
  }

  /// Lets the user write anew what a message says; what was begun comes back afterwards.
  edit(entry, text) {
    if (!this.#editing) this.#draftBefore = this.draft;
    this.#editing = entry;
    $('editing').hidden = false;
    this.field.value = text;
    this.#fit();
    this.focus();
  }

  #endEditing() {
    this.#editing = null;
    $('editing').hidden = true;
    this.field.value = this.#draftBefore;
    this.#fit();
    this.focus();
  }

  /// What is being written, without an edit.
  get draft() {
    return this.#editing ? this.#draftBefore : this.field.value;
  }
  set draft(text) {
    this.#editing = null;
    $('editing').hidden = true;
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
