const PATHS = {
  overview: 'M3 13.5 8 8l3.5 3.5L17 5M12.5 5H17v4.5',
  reports: 'M4 4.5h12M4 10h12M4 15.5h7',
  engagement: 'M3.5 16.5V9m4.3 7.5V4m4.4 12.5V7.5m4.3 9v-5',
  users: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 7c.4-3 2.8-4.6 6-4.6s5.6 1.6 6 4.6',
  orgs: 'M4 16.5v-11l6-2.5v13.5m0-9 6 2.5v6.5M2.5 16.5h15M7 8v.01M7 11.5v.01M13 12.5v.01',
  subscriptions:
    'M5 13.5h10l-1.2-2V8.4a3.8 3.8 0 0 0-7.6 0v3.1Zm3.4 2.6a1.7 1.7 0 0 0 3.2 0M10 3v1.4',
  search: 'M8.7 14.4a5.7 5.7 0 1 0 0-11.4 5.7 5.7 0 0 0 0 11.4Zm4.1-1.6L17 17',
  data: 'M10 3c4 0 6.5 1.2 6.5 2.7S14 8.4 10 8.4 3.5 7.2 3.5 5.7 6 3 10 3Zm6.5 2.7v8.6C16.5 15.8 14 17 10 17s-6.5-1.2-6.5-2.7V5.7m13 4.3c0 1.5-2.5 2.7-6.5 2.7S3.5 11.5 3.5 10',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.7"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** The logo. */
export function Sign() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4453b8" />
      <path
        d="M7 22l6-7 4 4 8-10"
        fill="none"
        stroke="#fff"
        stroke-width="3"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <circle cx="25" cy="9" r="2.6" fill="#ffd479" />
    </svg>
  );
}
