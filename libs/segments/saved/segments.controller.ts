import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { segmentShapes, type Segment, type SegmentKeys, type SegmentList } from '#libs/contracts';
import {
  Access,
  Audited,
  Operation,
  operation,
  type BodyOf,
  type PathOf,
  type QueryOf,
} from '#libs/platform';
import { OfferedKeys } from '../offers/offered-keys.service.js';
import { SavedSegments } from './saved-segments.service.js';

const path = z.object({
  segmentId: z.guid(
    'There is no segment with this id. GET /api/insights/v1/segments lists the segments.',
  ),
});
const { newSegment, segment, segmentKeys, segmentList, segmentSubject } = segmentShapes;
const LIMIT = `At most ${segmentShapes.MAX_SEGMENTS} segments can be saved.`;

const listSegments = operation({
  id: 'listSegments',
  tag: 'insights',
  summary: 'The saved segments, by name',
  reply: segmentList,
});

const getSegmentKeys = operation({
  id: 'getSegmentKeys',
  tag: 'insights',
  summary: 'The keys for conditions, each with its most frequent values',
  description:
    'Counts existing users or organizations that are not excluded. Counted again in the background when it is requested after half a minute.',
  query: z.object({ subject: segmentSubject }),
  reply: segmentKeys,
});

const getSegment = operation({
  id: 'getSegment',
  tag: 'insights',
  summary: 'A saved segment',
  path,
  reply: segment,
});

const createSegment = operation({
  id: 'createSegment',
  tag: 'insights',
  summary: 'Save a segment',
  description: LIMIT,
  body: newSegment,
  reply: segment,
  status: 201,
});

const replaceSegment = operation({
  id: 'replaceSegment',
  tag: 'insights',
  summary: 'Replace the name and the conditions of a segment',
  path,
  body: newSegment,
  reply: segment,
});

const deleteSegment = operation({
  id: 'deleteSegment',
  tag: 'insights',
  summary: 'Remove a saved segment',
  path,
  errors: ['conflict'],
});

/** Saved segments, and what conditions can be about. */
@Controller('api/insights/v1/segments')
@Access('read')
export class SegmentsController {
  constructor(
    private readonly saved: SavedSegments,
    private readonly offered: OfferedKeys,
  ) {}

  @Get()
  @Operation(listSegments)
  async list(): Promise<SegmentList> {
    return { segments: await this.saved.list() };
  }

  @Get('keys')
  @Operation(getSegmentKeys)
  keys(@Query() { subject }: QueryOf<typeof getSegmentKeys>): Promise<SegmentKeys> {
    return this.offered.of(subject);
  }

  @Get(':segmentId')
  @Operation(getSegment)
  one(@Param() { segmentId }: PathOf<typeof getSegment>): Promise<Segment> {
    return this.saved.get(segmentId);
  }

  @Post()
  @Access('admin')
  @Operation(createSegment)
  @Audited(createSegment, 'segment.created', ({ reply }) => targetOf(reply))
  create(@Body() given: BodyOf<typeof createSegment>): Promise<Segment> {
    return this.saved.add(given);
  }

  @Put(':segmentId')
  @Access('admin')
  @Operation(replaceSegment)
  @Audited(replaceSegment, 'segment.changed', ({ reply }) => targetOf(reply))
  replace(
    @Param() { segmentId }: PathOf<typeof replaceSegment>,
    @Body() given: BodyOf<typeof replaceSegment>,
  ): Promise<Segment> {
    return this.saved.change(segmentId, given);
  }

  @Delete(':segmentId')
  @Access('admin')
  @Operation(deleteSegment)
  @Audited(deleteSegment, 'segment.removed', ({ path }) => ({ target: path.segmentId }))
  async remove(@Param() { segmentId }: PathOf<typeof deleteSegment>): Promise<void> {
    await this.saved.remove(segmentId);
  }
}

/** For the audit log. Names and conditions may be about persons. */
function targetOf({ id, subject }: Segment) {
  return { target: id, details: { subject } };
}
