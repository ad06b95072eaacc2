import { $, showProblem } from './dom.js';

// What the page asks for in a dialog: a user name, a workspace's name, an invitation.

const kInvitation = /([0-9a-f]{24})\/([A-Z0-9]+)\s*$/i;

/// `then(room)` gets the room with that user.
export const askRoom = (api, then) =>
  ask({
    title: 'Write to somebody',
    text: 'Whoever has an account here can be written to.',
    label: 'User name',
    action: 'Open',
    submit: async (name) => then(await api.openRoom(name)),
  });

/// `then(workspace)` gets the new workspace.
export const askWorkspace = (api, then) =>
  ask({
    title: 'New workspace',
    text: 'A place for a team. It begins with the channel #general.',
    label: 'Name',
    action: 'Create',
    submit: async (name) => then(await api.createWorkspace(name)),
  });

/// `value`: an invitation that is already known, or ''. `then(workspace)` gets what was joined.
export const askJoin = (api, value, then) =>
  ask({
    title: 'Join a workspace',
    text: 'Paste the invitation that a member gave you.',
    label: 'Invitation',
    action: 'Join',
    value,
    submit: async (text) => {
      const [, id, code] = kInvitation.exec(text) ?? [];
      if (!id) throw new Error('An invitation ends in an id, a slash and a code.');
      then(await api.joinWorkspace(id.toLowerCase(), code.toUpperCase()));
    },
  });

/// `then(workspace, name)` gets the workspace with its new channel.
export const askChannel = (api, { id, name }, then) =>
  ask({
    title: 'New channel',
    text: `All members of ${name} can read it and write in it.`,
    label: 'Name',
    action: 'Create',
    submit: async (text) => {
      const channel = text.replace(/^#/, '');
      then(await api.createChannel(id, channel), channel);
    },
  });

/// Shows what lets others into a workspace.
export const showInvitation = ({ id, name, joinCode }) =>
  ask({
    title: `Invite people to ${name}`,
    text: 'Whoever has an account here can join with this link.',
    label: 'Invitation',
    action: 'Copy',
    value: `${location.origin}/#/join/${id}/${joinCode}`,
    readOnly: true,
    submit: async (text) => {
      $('ask-input').select();
      // The clipboard is there in secure contexts only; elsewhere the older way must do.
      if (navigator.clipboard) await navigator.clipboard.writeText(text);
      else document.execCommand('copy');
    },
  });

// Asks for one line of text. `submit(value)` does the work; when it rejects, its message is shown
// and the dialog stays open.
function ask({ title, text, label, action, value = '', readOnly = false, submit }) {
  const dialog = $('ask');
  const form = dialog.querySelector('form');
  const input = $('ask-input');
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-label').textContent = label;
  $('ask-go').textContent = action;
  $('ask-cancel').textContent = readOnly ? 'Close' : 'Cancel';
  $('ask-cancel').onclick = () => dialog.close();
  showProblem(form, '');
  input.value = value;
  input.readOnly = readOnly;

  form.onsubmit = async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = 'yes';
    try {
      await submit(input.value.trim());
      dialog.close();
    } catch (error) {
      showProblem(form, error.message);
      input.focus();
    } finally {
      delete form.dataset.busy;
    }
  };
  dialog.showModal();
  input.focus();
  input.select();
}
