/** The largest number that a file may hold, either sign: far below what the table stores, far above what a KPI measures. */
export const largestNumber = 1e15;
