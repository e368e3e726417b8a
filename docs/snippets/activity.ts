// Reports active users to insightd: each at most once an hour, in batches, with a delay of a few seconds.
//   const wasActive = activityReporter('https://insightd.internal', process.env.INSIGHTD_KEY!);
//   Express, Nest: app.use((req, _res, next) => { wasActive(req.user?.id); next(); });
//   Fastify:       app.addHook('preHandler', async (request) => wasActive(request.user?.id));
/** @param key of the scope `ingest` */
export function activityReporter(url: string, key: string, sendEveryMs = 10_000) {
  const reported = new Map<string, number>();
  let waiting: object[] = [];
  async function send(): Promise<void> {
    const sent = waiting;
    waiting = [];
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const options = { method: 'POST', headers, signal: AbortSignal.timeout(5_000) };
    const request = { ...options, body: JSON.stringify(sent) };
    const reply = await fetch(`${url}/api/ingest/v1/events`, request).catch(() => undefined);
    if (!reply || reply.status >= 500) waiting = [...sent, ...waiting].slice(0, 10_000);
    else if (!reply.ok) console.warn(`insightd took no activity: ${reply.status}`);
  }
  setInterval(() => void (waiting.length > 0 && send()), sendEveryMs).unref();
  return function wasActive(userId: string | undefined): void {
    const hour = Math.floor(Date.now() / 3_600_000);
    if (!userId || reported.get(userId) === hour || waiting.length >= 10_000) return;
    if (reported.size >= 100_000) reported.clear();
    reported.set(userId, hour);
    const [id, time] = [crypto.randomUUID(), new Date().toISOString()];
    waiting.push({ id, time, type: 'user.active', data: { user_id: userId } });
  };
}
