/** Stands for "no org was named". */
export const NO_ORG = 0;
