import type { ReportTerm } from '#libs/contracts';

/**
 * The meaning of each number and each report in a sentence, from docs/semantics.md; shown in the dashboard.
 * The key of a report is its subject and name; the key of a number is its name in replies.
 */
export const TERMS: Record<ReportTerm, string> & Record<string, string> = {
  user_champion:
    'Users who were active on at least one of the last 30, 60 or 90 days, including today; users with the most active days first.',
  user_top_inviter:
    'Users who invited someone within the last 30, 60 or 90 days, including today; users who invited the most different people first.',
  user_reengagement:
    'Users who came back: active within the last week (7 days) or month (30 days), not active in the week or month before, and created before that.',
  user_churn:
    'Users who went quiet: created before the last 7, 14 or 30 days and not active in them; the most recently active first.',
  org_reengagement:
    'Organizations that came back: a member was active within the last week (7 days) or month (30 days), no member in the week or month before, and the organization was created before that.',
  org_churn:
    'Organizations that went quiet: created before the last 7, 14 or 30 days, and no member was active in them; organizations with the most members first.',
  org_growth:
    'Organizations that gained more members than they lost within the last 30, 60 or 90 days; the greatest net growth first.',
  org_attrition:
    'Organizations that lost at least one member within the last 30, 60 or 90 days; the most departures first.',
  org_slipping:
    'Organizations whose number of active users fell by 30 % or more from the 14 or 30 days before, but not to 0. Only organizations with at least 3 active users before, created before those days; the greatest loss first.',
  org_champion_lost:
    'Organizations whose champion left or was not active in them within the last 14 days. The champion is the user with the most active days in the organization, at least 5, in the 30 days before the last 30; champions with the most active days first.',
  org_owner_lost:
    'Organizations without an owner whose last owner left or got another role within the last 30 days; the latest first. OWNER_ROLES names the roles of owners.',
  org_health:
    'The health of each organization that was created before the last 14 days: a score from 0 to 100 of adoption, frequency, trend and recency; the lowest score first.',
  day: "A calendar day in the store's time zone, from midnight to midnight.",
  users: 'Users that exist: created and not deleted.',
  orgs: 'Organizations that exist: created and not deleted.',
  signups: 'Users created in the period, including users deleted since.',
  orgs_created: 'Organizations created in the period, including organizations deleted since.',
  active_users:
    'Different users who were active on at least one day of the period, including users deleted since. A signup counts as activity.',
  active_orgs:
    'Different organizations in which a member was active in the period, on a day of the membership, including organizations deleted since. Activity that names an organization counts there; other activity counts in all organizations of the user.',
  rolling:
    'Different users or organizations that were active on at least one of the 1, 7 or 30 days up to each day, including those deleted since.',
  stickiness:
    'Those active on a day as a share of those active on at least one of the 30 days up to it.',
  activity_frequency:
    'How many users or organizations were active on exactly 1, 2, … 30 of the last 30 days, including today.',
  lifecycle:
    'Those active in each period are new, returning or resurrected. Dormant ones, below zero, were active in the period before, but not in this one.',
  lifecycle_new: 'Active for the first time ever in this period.',
  lifecycle_returning: 'Active in this period and in the period before.',
  lifecycle_resurrected: 'Active in this period and not in the period before, but earlier.',
  lifecycle_dormant: 'Active in the period before, but not in this one.',
  retention:
    'Of those created in a period, the share that was active in the same period and in each of the 12 periods after it.',
  cohort_size: 'How many were created in the period, including those deleted since.',
  this_month: 'From the first of this month to today.',
  last_month: 'The same days of last month, because this month is not over yet.',
  cadence_completed:
    'Whether the period is over. The numbers of a period that is not over still grow.',
  num_active_days:
    'The number of days of the window on which the user was active. Several activities on one day count once.',
  active_days_30: 'The number of days among the last 30, including today, with activity.',
  active_users_7:
    'The number of different users who were active in the organization in the last 7 days.',
  active_users_30:
    'The number of different users who were active in the organization in the last 30 days.',
  active_users_before:
    'The number of different users who were active in the organization in the 30 days before the last 30.',
  num_orgs: 'The number of organizations that the user was a member of at the time.',
  num_invites_30: 'The number of different people that the user invited within the last 30 days.',
  num_invites: 'The number of different people that the user invited within the window.',
  num_users_added: 'The number of times that a member joined the organization within the window.',
  num_users_removed:
    'The number of times that a member was removed from the organization, or deleted, within the window.',
  net_users_change:
    'Members who joined minus members who left within the window; negative when the organization shrank.',
  num_users: 'The number of members of the organization at the time.',
  index_last_active_day:
    'The last day on which the organization was active, if it is one of the last 90.',
  num_active:
    'The number of different users who were active in the organization within the window.',
  num_active_before:
    'The number of different users who were active in the organization in the window before.',
  champion_user_id:
    'The user who was active in the organization on the most days in the 30 days before the last 30, deleted or not.',
  champion_active_days:
    'The number of days in the 30 days before the last 30 on which the champion was active in the organization.',
  lost_at: 'When the last owner was removed, deleted or given another role.',
  health_score:
    'The health of the organization from 0 to 100: the mean of adoption, frequency, trend and recency, by default with the weights 40, 25, 20 and 15 (HEALTH_WEIGHTS). Empty for an organization younger than 14 days.',
  adoption:
    'Users active in the last 30 days, former members included, as a share of the members now, in percent; at most 100.',
  frequency:
    'How often the active users were active: 100 when they were active on 12 of the last 30 days on average, or on more.',
  trend:
    'The active users of the last 30 days compared with the 30 days before: 50 when their number stayed the same, 100 when no user was active in the 30 days before, 0 when none is left.',
  recency:
    'How recently the organization was active: 100 when it was active on the day of the report, 0 after 30 days without activity.',
  created_at: 'The earliest reported time of the creation.',
  user_created_at: 'The earliest reported time at which the user was created.',
  org_created_at: 'The earliest reported time at which the organization was created.',
  last_active_at: 'The last time the user was active. A signup counts as activity.',
  org_data: 'The organizations the user is a member of now, with the role in each.',
  traits:
    'Values that sources report, such as the plan: the latest value of each trait. Only traits on the lists USER_TRAITS and ORG_TRAITS are kept.',
  segment:
    'Conditions on users or organizations, such as a plan or a role, that must all hold. Evaluated with the values of now.',
  unused_activity:
    'Tracking calls that do not count as activity, because the call says so or TRACKING_IGNORE names the event.',
  dropped_traits:
    'Traits that were not kept, because their key is not on the list USER_TRAITS or ORG_TRAITS, or their value is not a text of at most 200 characters, a number or a boolean.',
  role: 'The latest reported role of this membership; Member when no role was reported.',
  since: 'When the user was added; unknown when the addition was never reported.',
  invites: 'The number of different people that the user has ever invited.',
  named_activity:
    'The organizations that the activity of the last 365 days names. Activity that names an organization counts there alone.',
  activity: 'The days of the last 365 on which the user was active.',
  members_over_time:
    'The number of members of the organization at the end of each week, from events up to that time.',
  active_by_week:
    'The number of different members who were active in this organization in each week. Activity counts on a day of the membership, when it names this organization or none.',
  health_over_time:
    'The health of the organization as of the end of each of the last 12 weeks, and of today, from everything known now.',
  list_changes:
    'When members joined and left, and when the organization entered and left the reports of slipping, quiet organizations, lost champions and lost owners.',
  seats:
    'The members of the organization, and the share of them who were active in it in the last 30 days, including today.',
  joined: 'Users who were added to the organization, the latest first.',
  left: 'Users who were removed from the organization, the latest first.',
  most_active:
    'The members with the most active days in this organization among the last 30, including today.',
  report_time: 'The time of the report. Later events are not in it.',
  rank: 'The place in the list when the report was made. It never changes afterwards.',
  previous_rank: 'The place in the report that this report is compared with.',
  total_count:
    'The length of the list when the report was made. Users and organizations deleted since are counted but not shown.',
  entered: 'Listed now, but not in the previous report.',
  moved:
    'Listed in both reports, and its rank changed by more than the rows that entered or left above it explain.',
  stayed:
    'Listed in both reports, and its rank changed by no more than the rows that entered or left above it explain.',
  left_report: 'Listed in the previous report, but not now.',
  contacts: 'People to contact: up to three members who are owners or administrators now.',
  last_active_day:
    'The last day on which a member was active during the membership, up to the day of the report.',
  net_loss: 'Only organizations that lost more members than they gained within the window.',
};
