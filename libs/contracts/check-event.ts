import { checkBySchema, type CheckContext, type Checked } from './events.js';
import { plainActivity } from './plain-activity.js';

/** Checks one event in wire form. */
export function checkEvent(raw: unknown, context: CheckContext): Checked {
  const event = plainActivity(raw, context);
  return event ? { event } : checkBySchema(raw, context);
}
