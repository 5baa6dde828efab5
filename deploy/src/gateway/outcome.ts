/**
 * How one try to have a request answered ended. `refused`: nothing was sent. `broken`: it was sent, and nothing came back. `done`:
 * answered, or nobody is there any more to be answered.
 */
export type Outcome = 'refused' | 'broken' | 'done';
