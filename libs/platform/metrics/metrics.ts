import { Injectable } from '@nestjs/common';
import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';
import { endsWithin } from '#libs/contracts';

const COLLECT_WITHIN_MS = 1_000;

/** The metrics of a process in the form that is sent to another process. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** All metrics of /metrics, declared in one place. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  readonly httpSeconds = new Histogram({
    name: 'insightd_http_request_duration_seconds',
    help: 'Time to answer HTTP requests.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly events = new Counter({
    name: 'insightd_ingest_events_total',
    help: 'Events and messages received, by type and outcome (accepted, rejected, unused, refused).',
    labelNames: ['type', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly ingestSeconds = new Histogram({
    name: 'insightd_ingest_commit_duration_seconds',
    help: 'Time from the check of a batch to its commit.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly ingestWaiting = new Gauge({
    name: 'insightd_ingest_waiting_events',
    help: 'Events waiting to be written.',
    registers: [this.registry],
  });
  readonly bodyBytes = new Gauge({
    name: 'insightd_request_body_bytes',
    help: 'Bytes of request bodies in memory, decompressed ones included.',
    registers: [this.registry],
  });
  readonly runs = new Counter({
    name: 'insightd_report_runs_total',
    help: 'Report runs that ended in this process, by outcome (completed, failed, interrupted, superseded).',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  readonly runSeconds = new Histogram({
    name: 'insightd_report_run_duration_seconds',
    help: 'Duration of completed report runs.',
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly lastRun = new Gauge({
    name: 'insightd_report_last_run_timestamp_seconds',
    help: 'Report time of the last run that completed in this process.',
    aggregator: 'max',
    registers: [this.registry],
  });
  readonly chartRefreshSeconds = new Histogram({
    name: 'insightd_chart_refresh_duration_seconds',
    help: 'Time to derive org activity for the charts.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 20, 60],
    registers: [this.registry],
  });
  readonly deliveries = new Counter({
    name: 'insightd_subscription_deliveries_total',
    help: 'Attempts to deliver messages of subscriptions, by outcome (delivered, failed, given_up, gone).',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  readonly deliveriesWaiting = new Gauge({
    name: 'insightd_subscription_deliveries_waiting',
    help: 'Deliveries of subscriptions that wait.',
    aggregator: 'max',
    registers: [this.registry],
  });
  readonly queueJobs = new Gauge({
    name: 'insightd_queue_jobs',
    help: 'Jobs in the queue, by state.',
    labelNames: ['queue', 'state'] as const,
    aggregator: 'max',
    registers: [this.registry],
  });

  private readonly collectors: (() => Promise<void> | void)[] = [];
  private others = (): Promise<MetricsSnapshot> => Promise.resolve([]);

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'insightd_' });
  }

  /** Calls `collect`, which updates its gauges, before each reading. */
  beforeReading(collect: () => Promise<void> | void): void {
    this.collectors.push(collect);
  }

  /** Adds the metrics of another process to each reading. */
  alongside(others: () => Promise<MetricsSnapshot>): void {
    this.others = others;
  }

  /** All metrics in the Prometheus text format. */
  async text(): Promise<string> {
    const [own, others] = await Promise.all([this.snapshot(), this.others()]);
    return AggregatorRegistry.aggregate([own, others]).metrics();
  }

  /** The metrics of this process. */
  async snapshot(): Promise<MetricsSnapshot> {
    const collected = Promise.allSettled(this.collectors.map(async (collect) => collect()));
    // The limit keeps a queue that does not answer from blocking all other metrics.
    await endsWithin(COLLECT_WITHIN_MS, collected);
    return this.registry.getMetricsAsJSON();
  }
}
