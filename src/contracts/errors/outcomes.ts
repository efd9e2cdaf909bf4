/** Rows of the table of errors that speak of decision tokens and experiments. */
export const OUTCOME_ERRORS = {
  TOKEN_INVALID: {
    status: 400,
    what: 'The decision token is not valid.',
    why: 'It was not made by this store, or it was changed or cut on its way.',
    todo: 'Send the token of the answer unchanged. Nothing was counted.',
  },
  TOKEN_EXPIRED: {
    status: 400,
    what: 'The decision token has expired.',
    why: 'A token holds for as many days as the setting outcomes.tokenDays says, while its decision is kept.',
    todo: 'Nothing: so late an impression or click is not counted.',
  },
  EXPERIMENT_INVALID: {
    status: 400,
    what: 'The experiment is not valid: {problem}.',
    why: 'Its arms must differ by name, and each must be possible on every placement of the experiment.',
    todo: 'Correct it and send it again.',
  },
  EXPERIMENT_STATE: {
    status: 409,
    what: 'The experiment {experiment} is {status}.',
    why: 'A draft can be changed, started and removed, a running one stopped; what was measured is not changed afterwards.',
    todo: 'Make a new experiment where another one is wanted.',
  },
  EXPERIMENT_OVERLAP: {
    status: 409,
    what: 'The placement {placement} is already in the running experiment {experiment}.',
    why: 'Two experiments on one placement would each measure the other.',
    todo: 'Stop that one first, or leave the placement out.',
  },
} as const
