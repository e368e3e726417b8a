import type { Subject } from '#libs/contracts';

type Value = string | number | boolean;
export type Operator = 'is' | 'is_not' | 'gte' | 'lte' | 'set' | 'unset';
export type Condition = readonly [string, Operator, (Value | readonly Value[])?];
export type Where = readonly Condition[];
export interface Segment {
  id: string;
  name: string;
  subject: Subject;
  where: Where;
}
export interface SegmentList {
  segments: Segment[];
}
export interface SegmentKeys {
  keys: {
    key: string;
    kinds: ('string' | 'number' | 'boolean')[];
    values: { value: Value; count: number }[];
  }[];
  is_complete: boolean;
}
