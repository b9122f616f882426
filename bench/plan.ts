/** How long and how often everything is measured. */
export interface Plan {
  /** Of the comparison on one hot event, which everything else is held against. */
  readonly curveRounds: number;
  /** Of everything else. */
  readonly rounds: number;
  readonly clients: readonly number[];
  /** Of one measurement. */
  readonly seconds: number;
  /** Of the same load before, so that the server is warm. */
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

/** About two minutes: says whether something is wrong, not how good it is. */
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
