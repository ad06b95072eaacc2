// Small helpers to build the page. Text always goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

/// An element with properties (`class`, `data-*`, `aria-*` and `href` as attributes) and children.
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') element.className = value;
    else if (/^(data-|aria-)|^(href|datetime)$/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

const kHues = 8; // as many as app.css has

/// A round mark with the first letter of a name, in a colour that depends on the name.
export function mark(name, kind = 'room') {
  let hash = 7;
  for (const unit of name) hash = (hash * 31 + unit.codePointAt(0)) >>> 0;
  const text = kind === 'channel' ? '#' : ([...name][0] ?? '?').toUpperCase();
  return el('span', { class: `mark hue-${hash % kHues} ${kind}`, 'aria-hidden': 'true' }, text);
}

const kTime = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });
const kDay = new Intl.DateTimeFormat([], { weekday: 'long', day: 'numeric', month: 'long' });

export const timeOf = (iso) => kTime.format(new Date(iso));

export function dayOf(iso) {
  const date = new Date(iso);
  const days = Math.round(
    (new Date().setHours(0, 0, 0, 0) - new Date(iso).setHours(0, 0, 0, 0)) / 864e5,
  );
  if (days === 0) return 'Today';
  return days === 1 ? 'Yesterday' : kDay.format(date);
}

/// Shows or hides a form's line for what went wrong.
export function showProblem(form, text) {
  const line = form.querySelector('.problem');
  line.textContent = text;
  line.hidden = !text;
}
