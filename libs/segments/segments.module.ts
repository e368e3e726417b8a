import { Module } from '@nestjs/common';
import { OfferedKeys } from './offers/offered-keys.service.js';
import { SavedSegments } from './saved/saved-segments.service.js';
import { SegmentsController } from './saved/segments.controller.js';
import { SegmentsService } from './segments.service.js';
import { Sets } from './sets/sets.service.js';

/** Segments, for every process and for the command. */
@Module({
  providers: [Sets, SegmentsService, SavedSegments],
  exports: [SegmentsService, SavedSegments],
})
export class SegmentsModule {}

/** The endpoints of segments, for processes that answer HTTP. */
@Module({
  imports: [SegmentsModule],
  controllers: [SegmentsController],
  providers: [OfferedKeys],
})
export class SegmentsApiModule {}
