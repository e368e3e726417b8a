/** Runs that can be served: completed, kept, and of a moment that has come by the database's clock and had come then. */
export const SERVABLE = `state = 'completed' and pruned_at is null and report_time <= now()
    and completed_at >= report_time`;

/** Selects the run_id of the servable run with the latest moment. */
export const SERVED_RUN = `
  select run_id from report_runs
  where ${SERVABLE}
  order by report_time desc, id desc limit 1`;
