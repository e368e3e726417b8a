/** The reports that a report can be compared with, by their names in the API. */
export const COMPARISONS = {
  yesterday: 'yesterday',
  last_week: 'last week',
  last_month: 'last month',
} as const;

export type Comparison = keyof typeof COMPARISONS;

/** The overview and the reports compare with yesterday unless the reader chooses otherwise. */
export const DEFAULT_COMPARISON: Comparison = 'yesterday';

/** The API's name for the report right before. */
export const PREVIOUS = 'previous';

export const isComparison = (name: string): name is Comparison => Object.hasOwn(COMPARISONS, name);
