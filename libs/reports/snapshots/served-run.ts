/** SQL condition: the run is completed, kept, and was not completed before its report time, which has passed. */
export const SERVABLE = `state = 'completed' and pruned_at is null and report_time <= now()
    and completed_at >= report_time`;

/** Selects the run_id of the servable run with the latest report time. */
export const SERVED_RUN = `
  select run_id from report_runs
  where ${SERVABLE}
  order by report_time desc, id desc limit 1`;
