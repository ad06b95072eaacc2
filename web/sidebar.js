import { $, el, icon, mark, timeOf } from './dom.js';
import { previewOf } from './conversation.js';

// The list of conversations: one-to-one rooms first, then each workspace with its channels.

/// `state`: {rooms, workspaces, myId, current, statusOf(user)}. `on`: newRoom(),
/// newChannel(workspace), invite(workspace).
export function showSidebar({ rooms, workspaces, myId, current, statusOf }, on) {
  const lists = $('lists');
  const focused = lists.contains(document.activeElement)
    ? document.activeElement.dataset.key
    : null;
  lists.replaceChildren(
    section(
      'Direct messages',
      [tool('new-room', 'plus', 'Write to somebody', on.newRoom)],
      rooms,
      current,
      'Nobody yet',
      statusOf,
    ),
    ...workspaces.map((workspace) => {
      const isAdmin = workspace.admins.includes(myId);
      return section(
        workspace.name,
        [
          tool(`invite-${workspace.id}`, 'invite', `Invite people to ${workspace.name}`, () =>
            on.invite(workspace),
          ),
          isAdmin
            ? tool(`channel-${workspace.id}`, 'plus', `New channel in ${workspace.name}`, () =>
                on.newChannel(workspace),
              )
            : null,
        ],
        workspace.channels,
        current,
        'No channels',
      );
    }),
  );
  // The list is built anew; whoever walks it by keyboard stays where they were.
  if (focused) lists.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function section(title, tools, conversations, current, whenEmpty, statusOf) {
  return el(
    'section',
    {},
    el('header', {}, el('h2', {}, title), ...tools),
    conversations.length
      ? el(
          'ul',
          {},
          ...conversations.map((one) => el('li', {}, link(one, one === current, statusOf))),
        )
      : el('p', { class: 'empty' }, whenEmpty),
  );
}

function tool(key, iconName, words, onclick) {
  return el(
    'button',
    { type: 'button', class: 'quiet', title: words, 'aria-label': words, 'data-key': key, onclick },
    icon(iconName),
  );
}

function link(conversation, isCurrent, statusOf) {
  const { kind, id, title, latest, unread, failures } = conversation;
  const last = latest ?? conversation.lastKnown;
  const preview = last ? previewOf(last.body) : '';
  return el(
    'a',
    {
      href: `#/${kind}/${id}`,
      class: 'conversation',
      'data-key': id,
      'aria-current': isCurrent ? 'page' : null,
    },
    mark(title, kind),
    conversation.peer
      ? el('span', { class: 'presence', 'data-status': statusOf(conversation.peer) })
      : null,
    el('span', { class: 'name' }, title),
    last && kind === 'room'
      ? el('time', { datetime: last.createdAt }, timeOf(last.createdAt))
      : null,
    kind === 'room' ? el('span', { class: 'preview' }, preview) : null,
    failures
      ? el(
          'span',
          { class: 'badge bad', title: `${failures} not saved` },
          '!',
          el('span', { class: 'unseen' }, ` ${failures} not saved`),
        )
      : null,
    unread && !failures
      ? el(
          'span',
          { class: 'badge' },
          unread > 99 ? '99+' : String(unread),
          el('span', { class: 'unseen' }, ' unread'),
        )
      : null,
  );
}
