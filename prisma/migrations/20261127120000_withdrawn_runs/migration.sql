-- A run that an admin withdraws is not served, and its moment is free for another run. withdrawn_at is null when insightd
-- itself withdrew the run.
alter table report_runs drop constraint report_runs_state_check;
alter table report_runs add constraint report_runs_state_check
  check (state in ('queued', 'running', 'completed', 'failed', 'withdrawn'));
alter table report_runs add column withdrawn_at timestamptz;

-- Attempts that ended for a reason outside the run, such as a full disk: they do not count towards the limit.
alter table report_runs add column interrupted int not null default 0;

drop index report_runs_moment;
create unique index report_runs_moment on report_runs (report_time) where not as_of and state <> 'withdrawn';

-- Until now the clock of a process decided what was due. A run whose moment is later than the time it was queued
-- (up to a second is normal for a requested run) was added by a process whose clock was ahead: its lists are not
-- complete up to its moment.
update report_runs set
  state = 'withdrawn', pruned_at = coalesce(pruned_at, now()), lease_until = null,
  error = 'It was made before its moment, by a clock that was wrong.'
where not as_of and report_time > queued_at + interval '1 minute';
