/** The part of facts that the threads of the engine use. The rest loads the database. */
export { Bitset } from './bitset.js';
export { BLOCK_SHIFT, BLOCK_SIZE, forEachKey, isMarked } from './day-block.js';
