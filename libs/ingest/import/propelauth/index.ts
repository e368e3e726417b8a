export { importPropelAuth, type PropelAuthProgress } from './import-propelauth.js';
export { Patience, readRetryAfter, type Failure } from './patience.js';
