import { Injectable } from '@nestjs/common';
import { Calendar, END_LINE, STORE_FORMAT, STORE_LINE } from '#libs/contracts';
import { Database, type Connection } from '#libs/database';
import { ActivityFold, factLines, readRules } from '#libs/facts';
import { Instance, type ExportedHashKey } from '#libs/platform';
import { exportedSegments } from '#libs/segments';
import { exportedSubscriptions } from '#libs/subscriptions';

/** Receives a part of the text, whole lines. The export waits for it. */
export type Sink = (text: string) => Promise<void>;

interface StoreLine {
  type: string;
  data: Record<string, unknown>;
}

const CHUNK_CHARACTERS = 64 * 1024;

/** Exports a whole store as lines that `insightd import ndjson` reads. */
@Injectable()
export class StoreExport {
  constructor(
    private readonly database: Database,
    private readonly activity: ActivityFold,
    private readonly instance: Instance,
    private readonly calendar: Calendar,
  ) {}

  /**
   * Writes all lines of one snapshot of the store.
   * @param onProgress receives the number of lines written so far
   * @returns the number of lines
   */
  async write(sink: Sink, onProgress: (lines: number) => void = () => undefined): Promise<number> {
    const key = await this.instance.exportedHashKey();
    await this.activity.foldUnlessReadOnly();
    return this.database.snapshot(async ([db]) => {
      const [texts, lines] = [[] as string[], { count: 0, characters: 0 }];
      const flush = async () => {
        await sink(texts.splice(0).join(''));
        lines.characters = 0;
        onProgress(lines.count);
      };
      for await (const line of this.lines(db, key, () => lines.count)) {
        const text = `${JSON.stringify(line)}\n`;
        lines.count++;
        lines.characters += text.length;
        texts.push(text);
        if (lines.characters >= CHUNK_CHARACTERS) await flush();
      }
      await flush();
      return lines.count;
    });
  }

  /** @param count the number of lines so far */
  private async *lines(
    db: Connection,
    hash_key: ExportedHashKey,
    count: () => number,
  ): AsyncGenerator<StoreLine> {
    const time_zone = this.calendar.zone;
    yield { type: STORE_LINE, data: { format: STORE_FORMAT, time_zone, hash_key } };
    yield* factLines(db, this.calendar);
    const { rules } = await readRules(db);
    if (Object.values(rules).some((list) => list.length > 0)) {
      yield { type: 'insightd.exclusions', data: { ...rules } };
    }
    for (const data of await exportedSegments(db)) yield { type: 'insightd.segment', data };
    for (const data of await exportedSubscriptions(db)) yield { type: 'insightd.subscription', data };
    yield { type: END_LINE, data: { lines: count() + 1 } };
  }
}
