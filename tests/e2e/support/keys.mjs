// The configuration keys that the tests set, in one place.

export const keys = {
  secret: 'auth.secret',
  imageKey: 'auth.imageKey',
  expiryGrace: 'auth.expiryGraceMs',
  pingInterval: 'engine.pingIntervalMs',
  pingTimeout: 'engine.pingTimeoutMs',
  upgradeTimeout: 'engine.upgradeTimeoutMs',
  connectTimeout: 'engine.connectTimeoutMs',
  maxPayload: 'engine.maxHttpBufferSize',
  reconnectGrace: 'chat.graceMs',
  presenceGrace: 'chat.presenceGraceMs',
  typingFor: 'chat.typingForMs',
  typingRepeat: 'chat.typingRepeatMs',
  bodyBytes: 'limits.bodyBytes',
  outQueueBytes: 'limits.outQueueBytes',
  retryFor: 'store.retryForMs',
  drainGrace: 'drain.graceMs',
  logLevel: 'log.level',
};

/** No limit that a test could meet by being quick; tests of limits set their own. */
export const unlimited = {
  ...Object.fromEntries(
    ['messages', 'typing', 'joins', 'calls', 'uploads', 'other', 'history', 'attempts', 'codes', 'logins', 'signups', 'handshakes']
      .flatMap((name) => [[`limits.${name}.rate`, 1_000_000], [`limits.${name}.burst`, 1_000_000]]),
  ),
  [keys.outQueueBytes]: 64 * 1024 * 1024,
};
