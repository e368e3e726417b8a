export { SegmentsApiModule, SegmentsModule } from './segments.module.js';
export { SegmentsService } from './segments.service.js';
export { SavedSegments } from './saved/saved-segments.service.js';
export { blocksOf, type BlockColumns } from './sets/bits.js';
export { exportedSegments, restoreSegment } from './saved/segments.store.js';
