import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { NO_DATABASE, Readiness } from '#libs/platform';

/** Reports this process as not ready while a node of a distributed store is away. */
@Injectable()
export class NodesReadiness {
  constructor(database: Database, readiness: Readiness) {
    // Every node has a part of the table and is asked for one row.
    readiness.add(NO_DATABASE, async () => {
      await database.pool.query('select from users limit 1');
    });
  }
}
