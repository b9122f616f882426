/** How long and how often everything is measured. */
export interface Plan {
  /** Rounds of the comparison on one hot event. */
  readonly curveRounds: number;
  /** Rounds of everything else. */
  readonly rounds: number;
  readonly clients: readonly number[];
  /** Duration of one measurement. */
  readonly seconds: number;
  /** Duration of the warm-up with the same load. */
  readonly warmUpSeconds: number;
  readonly waiting: { readonly few: number; readonly many: number };
  readonly memoryRequests: { readonly early: number; readonly late: number };
  readonly logins: number;
}

export const FULL_PLAN: Plan = {
  curveRounds: 3,
  rounds: 3,
  clients: [1, 16, 64, 256, 1_024],
  seconds: 4,
  warmUpSeconds: 2,
  waiting: { few: 10, many: 100_000 },
  memoryRequests: { early: 50_000, late: 1_000_000 },
  logins: 2_000,
};

/** About two minutes: shows whether something is wrong, not how good it is. */
export const QUICK_PLAN: Plan = {
  curveRounds: 1,
  rounds: 1,
  clients: [1, 256],
  seconds: 2,
  warmUpSeconds: 1,
  waiting: { few: 10, many: 100_000 },
  memoryRequests: { early: 5_000, late: 20_000 },
  logins: 500,
};
