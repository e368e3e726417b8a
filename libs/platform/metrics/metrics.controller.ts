import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../access/access.guard.js';
import { Operation, operation } from '../http/operation.js';
import { Metrics } from './metrics.js';

const getMetrics = operation({
  id: 'getMetrics',
  tag: 'operations',
  summary: 'Metrics in the Prometheus text format',
  rawReply: { 'text/plain': z.string() },
});

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Access('public')
  @Operation(getMetrics)
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.metrics.text();
  }
}
