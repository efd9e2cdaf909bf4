/** Rows of the table of errors that speak of webhooks. */
export const WEBHOOK_ERRORS = {
  WEBHOOK_NOT_FOUND: {
    status: 404,
    what: 'There is no webhook {webhook}.',
    why: 'It was removed, or the id is of something else.',
    todo: 'See the list with `storemind webhooks list`.',
  },
  WEBHOOK_URL_REFUSED: {
    status: 422,
    what: 'Webhooks are not sent to this address: {problem}.',
    why: 'A webhook goes to a public https address, so that nobody reaches inside your network through Storemind.',
    todo: 'Give an https URL of a public host. `webhooks.privateTargets: allow` opens your own network, http included.',
  },
  WEBHOOK_LIMIT: {
    status: 409,
    what: 'There are {count} webhooks already.',
    why: 'Each message is stored and sent once for each of them.',
    todo: 'Remove one that is not needed any more.',
  },
  WEBHOOK_ROTATING: {
    status: 409,
    what: 'The secret of webhook {webhook} is being replaced already: the one before it is valid until {until}.',
    why: 'Messages carry two signatures at most; a third secret would leave receivers that hold the oldest without theirs.',
    todo: 'Wait until then. An overlap of 0 hours forgets both at once and gives a new one, for a secret that leaked or an answer that was lost; what the receiver refuses meanwhile is sent again.',
  },
} as const
