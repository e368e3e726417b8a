import { checkBySchema, type CheckContext, type Checked } from './events.js';
import { plainActivity } from './plain-activity.js';

/** Checks one event as it came off the wire. */
export function checkEvent(raw: unknown, context: CheckContext): Checked {
  const event = plainActivity(raw, context);
  return event ? { event } : checkBySchema(raw, context);
}
