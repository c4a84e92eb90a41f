/** Set for somebody's helper, so that one that leads back to us is noticed instead of turning in circles. */
export const insideHelper = 'CREDBRIDGE_INSIDE_HELPER'

/** What it hears then; whoever asked it knows it again. */
export const askedInTurn = 'a helper that credbridge asked asks credbridge in turn'
