/** What an event changes in a membership. */
export type StepKind = 'add' | 'remove' | 'role';
