import { checkBySchema, type CheckContext, type Checked } from './events.js';
import { plainEvent } from './plain-events.js';

/** Checks one event in wire form. */
export function checkEvent(raw: unknown, context: CheckContext): Checked {
  return plainEvent(raw, context) ?? checkBySchema(raw, context);
}
