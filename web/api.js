// The REST calls of the page (rest.md). Every call answers the result without its envelope, or
// rejects with an ApiError whose message is meant for people.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const kTokenRefusals = ['Token is required', 'Invalid auth token provided'];

export class Api {
  token = '';
  /// `onLoggedOut()` hears of a token that the server takes no more.
  constructor(onLoggedOut) {
    this.onLoggedOut = onLoggedOut;
  }

  signUp = (email, username, password) =>
    this.#call('POST', '/users/signup', { email, username, password });

  signIn(name, password) {
    const loginType = name.includes('@') ? 'email' : 'username';
    return this.#call('POST', '/users/signin', { loginType, [loginType]: name, password });
  }

  rooms = () => this.#call('GET', '/room');
  openRoom = (username) => this.#call('POST', '/room', { username });

  workspaces = async () => inner(await this.#call('GET', '/workspace'));
  createWorkspace = (name) => this.#call('POST', '/workspace', { name });
  joinWorkspace = (id, joinCode) => this.#call('PUT', `/workspace/join/${id}`, { joinCode });
  createChannel = (id, channelName) =>
    this.#call('PUT', `/workspace/${id}/channel`, { channelName });

  /// The newest page of a conversation, or the one before the message with the number `before`.
  async history(conversationId, before) {
    const query = before ? `?limit=50&before=${before}` : '?limit=50';
    return (await this.#call('GET', `/conversations/${conversationId}/messages${query}`)).messages;
  }

  async #call(method, path, body) {
    const headers = this.token ? { 'access-token': this.token } : {};
    if (body) headers['content-type'] = 'application/json';
    let response;
    let answer;
    try {
      response = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
      });
      answer = await response.json();
    } catch {
      throw new ApiError(
        response?.status ?? 0,
        'The server cannot be reached. Try again in a moment.',
      );
    }
    if (response.ok && answer.success) return answer.data;
    const message = answer.message || `The server answered ${response.status}`;
    if (this.token && response.status === 403 && kTokenRefusals.includes(message))
      this.onLoggedOut();
    throw new ApiError(response.status, explanation(answer.err) || message);
  }
}

// Envelope C of the contract puts the result one level deeper.
const inner = (data) => data.data;

function explanation(err) {
  if (Array.isArray(err)) return err.filter((one) => typeof one === 'string').join('. ');
  return typeof err === 'string' ? err : '';
}
