import type { ReportTerm } from '#libs/contracts';

/**
 * What each number and each report means, shown in the dashboard: docs/semantics.md in a sentence each.
 * A report is named by its subject and itself, a number by its name in the replies.
 */
export const TERMS: Record<ReportTerm, string> & Record<string, string> = {
  user_champion:
    'Users who were active on at least one day of the last 30, 60 or 90 days, today included; those with the most active days first.',
  user_top_inviter:
    'Users who invited someone within the last 30, 60 or 90 days, today included; those who invited the most different people first.',
  user_reengagement:
    'Users who came back: active within the last week (7 days) or month (30 days) but not in the one before it, and created before that one began.',
  user_churn:
    'Users who slip away: created before the last 7, 14 or 30 days began and not active on any of them; the last seen first.',
  org_reengagement:
    'Organizations that came back: a member was active within the last week (7 days) or month (30 days), none in the one before it, and the organization is older than that.',
  org_churn:
    'Organizations that went quiet: created before the last 7, 14 or 30 days began, and no member was active on any of them; those with the most members first.',
  org_growth:
    'Organizations that more members joined than left within the last 30, 60 or 90 days; the greatest net growth first.',
  org_attrition:
    'Organizations that at least one member left within the last 30, 60 or 90 days; those with the most departures first.',
  day: "A calendar day in the store's time zone, from midnight to midnight.",
  users: 'Users who were created and not deleted.',
  orgs: 'Organizations that were created and not deleted.',
  signups: 'Users created in the period, those deleted since included.',
  orgs_created: 'Organizations created in the period, those deleted since included.',
  active_users:
    'Different users who were active on at least one day of the period, those deleted since included. Signing up counts as being active.',
  active_orgs:
    'Different organizations in which a member was active on a day of the membership in the period, those deleted since included. Activity that names an organization counts there, other activity in all organizations of the user.',
  this_month: 'From the first of this month to today.',
  last_month:
    'The same days of last month, so that a month that is not over yet compares with its like.',
  cadence_completed: 'Whether the period is over; the last one is often not, and still grows.',
  num_active_days:
    'On how many days of the window the user was active; more activity on one day adds nothing.',
  num_invites: 'How many different people the user invited within the window.',
  num_users_added: 'How many times a member joined the organization within the window.',
  num_users_removed:
    'How many times a member left the organization within the window, by being removed or deleted.',
  net_users_change:
    'Those who joined less those who left within the window; below zero when it shrank.',
  num_users: 'How many members the organization had at the time.',
  created_at: 'The earliest creation time that was reported.',
  user_created_at: 'When the user was created, by the earliest time that was reported.',
  org_created_at: 'When the organization was created, by the earliest time that was reported.',
  last_active_at: 'The last time the user was active; signing up counts.',
  org_data: 'The organizations the user is a member of now, with the role in each.',
  traits:
    'What the sources say about it, such as a plan: of each trait the latest value. Only traits on the lists USER_TRAITS and ORG_TRAITS are kept.',
  unused_activity:
    'Tracking calls that do not count as activity, because the call says so or TRACKING_IGNORE names the event.',
  dropped_traits:
    'Traits that were not kept, because their key is not on the list USER_TRAITS or ORG_TRAITS, or their value is not a text of at most 200 characters, a number or a boolean.',
  role: 'The latest role reported for this membership, Member when none was.',
  since: 'When the user was added; unknown when the addition was never reported.',
  invites: 'How many different people the user has ever invited.',
  named_activity:
    'The organizations that the activity of the last 365 days named. Activity that names one counts there alone.',
  activity: 'The days on which the user was active, of the last 365.',
  members_over_time:
    'How many members the organization had at the end of each week, by what was known to have happened until then.',
  active_by_week:
    'How many different members were active in this organization in each week: on a day of their membership, where the activity names this organization or none.',
  joined: 'Who was added to the organization, the latest first.',
  left: 'Who was removed from the organization, the latest first.',
  most_active:
    'The members who were active in this organization on the most days of the last 30, today included.',
  report_time: 'The moment the report is of: what happened later is not in it.',
  rank: 'The place in the list when the report was made; it never changes afterwards.',
  previous_rank: 'The place in the report that this one is compared with.',
  total_count:
    'The length of the list when the report was made; who was deleted since is counted but not shown.',
  entered: 'Listed now and not in the report before.',
  moved:
    'Listed in both reports, and its rank changed by more places than rows that entered or left above it explain.',
  stayed:
    'Listed in both reports, and its rank changed no further than rows that entered or left above it explain.',
  left_report: 'Listed in the report before and no longer.',
  contacts: 'Whom to call: up to three members who are owners or administrators now.',
  last_active_day:
    'The last day on which a member was active during the membership, up to the day of the report.',
  net_loss: 'Only organizations that more members left than joined within the window.',
};
