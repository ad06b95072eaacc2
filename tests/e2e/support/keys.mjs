// The configuration keys that the tests set, in one place.

export const keys = {
  secret: 'auth.secret',
  pingInterval: 'engineio.pingIntervalMs',
  pingTimeout: 'engineio.pingTimeoutMs',
  upgradeTimeout: 'engineio.upgradeTimeoutMs',
  connectTimeout: 'socketio.connectTimeoutMs',
  maxPayload: 'engineio.maxHttpBufferSize',
  reconnectGrace: 'chat.reconnectGraceMs',
  bodyBytes: 'limits.bodyBytes',
  retryFor: 'store.retryForMs',
  drainGrace: 'drain.graceMs',
  logLevel: 'log.level',
  imageKeySuffix: 'chat.imageKeySuffix',
};

/** No limit that a test could meet by being quick; tests of limits set their own. */
export const unlimited = Object.fromEntries(
  ['messages', 'typing', 'joins', 'calls', 'uploads', 'other', 'history', 'logins', 'handshakes']
    .flatMap((name) => [[`limits.${name}.rate`, 1_000_000], [`limits.${name}.burst`, 1_000_000]]),
);
