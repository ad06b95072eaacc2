import { Api } from './api.js';
import { Chat } from './chat.js';
import { $, showProblem } from './dom.js';

// Who is signed in. The session lives in sessionStorage: it survives a reload, and two tabs may be
// two users, which is how one tries a chat.

const kSession = 'rookery.session';

let chat = null;
const api = new Api(() => leave('Your session has ended. Sign in again.'));
const form = $('entry');

function enter(user) {
  sessionStorage.setItem(kSession, JSON.stringify(user));
  api.token = user.token;
  $('start').hidden = true;
  $('chat').hidden = false;
  chat = new Chat(api, user, leave);
  chat.start();
}

function leave(why = '') {
  chat?.end();
  chat = null;
  api.token = '';
  sessionStorage.clear();
  $('chat').hidden = true;
  $('start').hidden = false;
  document.body.dataset.view = 'start';
  document.title = 'Rookery';
  form.reset();
  choose(false);
  showProblem(form, why);
  form.elements.username.focus();
}

function choose(isSignUp) {
  form.dataset.mode = isSignUp ? 'up' : 'in';
  $('tab-in').setAttribute('aria-pressed', String(!isSignUp));
  $('tab-up').setAttribute('aria-pressed', String(isSignUp));
  $('name-label').textContent = isSignUp ? 'User name' : 'User name or e-mail';
  form.elements.password.autocomplete = isSignUp ? 'new-password' : 'current-password';
  form.querySelector('[type=submit]').textContent = isSignUp ? 'Create account' : 'Sign in';
  showProblem(form, '');
}

$('tab-in').onclick = () => choose(false);
$('tab-up').onclick = () => choose(true);

form.onsubmit = async (event) => {
  event.preventDefault();
  const email = form.elements.email.value.trim();
  const name = form.elements.username.value.trim();
  const password = form.elements.password.value;
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  showProblem(form, '');
  try {
    if (form.dataset.mode === 'up') await api.signUp(email, name, password);
    const user = await api.signIn(name, password);
    form.reset();
    enter(user);
  } catch (error) {
    showProblem(form, error.message);
  } finally {
    button.disabled = false;
  }
};

$('log-out').onclick = () => leave();

choose(false);
const saved = sessionStorage.getItem(kSession);
if (saved) enter(JSON.parse(saved));
else leave();
