/**
 * A harmless call of each command that BullMQ sends directly or in its scripts. Redis checks a user's rights before it
 * reads the key, so a wrong type does not matter.
 * @param key the key that all calls use
 */
export function trialCommands(key: string): [name: string, ...args: string[]][] {
  return [
    ['ping'],
    ['set', key, '1', 'px', '1000'],
    ...['get', 'exists', 'pttl', 'del'].map((name): [string, string] => [name, key]),
    ['incr', key],
    ['pexpire', key, '1000'],
    ['persist', key],
    ['del', key],
    ['hset', key, 'field', '1'],
    ['hmset', key, 'field', '1'],
    ...['hget', 'hmget', 'hexists', 'hdel'].map((name): [string, string, string] => [
      name,
      key,
      'field',
    ]),
    ['hgetall', key],
    ['hincrby', key, 'field', '1'],
    ['del', key],
    ['lpush', key, 'one'],
    ['rpush', key, 'one'],
    ['lindex', key, '0'],
    ['lrem', key, '0', 'none'],
    ...['lrange', 'ltrim'].map((name): [string, string, string, string] => [name, key, '0', '1']),
    ['rpoplpush', key, key],
    ...['llen', 'rpop'].map((name): [string, string] => [name, key]),
    ['del', key],
    ['sadd', key, 'one'],
    ['srem', key, 'none'],
    ...['scard', 'smembers', 'del'].map((name): [string, string] => [name, key]),
    ['xadd', key, '*', 'field', '1'],
    ['xtrim', key, 'maxlen', '1'],
    ['del', key],
    ['zadd', key, '1', 'one'],
    ['zscore', key, 'one'],
    ['zcard', key],
    ['zcount', key, '0', '1'],
    ...['zrange', 'zrangebyscore', 'zrevrange', 'zrevrangebyscore'].map(
      (name): [string, string, string, string] => [name, key, '0', '1'],
    ),
    ['zremrangebyrank', key, '5', '6'],
    ['zremrangebyscore', key, '5', '6'],
    ['zrem', key, 'none'],
    ['bzpopmin', key, '1'],
    ['zpopmin', key],
    ['eval', 'return 1', '1', key],
    ['evalsha', '0000000000000000000000000000000000000000', '1', key],
    ['del', key],
  ];
}
