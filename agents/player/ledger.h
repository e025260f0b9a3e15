/* What the player has read in the record, as far as rows speak of it: which statement is EV-01@v1, and
 * which card is open under C04:LV-01. */
#ifndef MU_PLAYER_LEDGER_H
#define MU_PLAYER_LEDGER_H

#include "proto/wire/entry.h"
#include "proto/wire/say.h"

typedef struct mu_ledger mu_ledger;

MU_MUST_USE enum mu_err mu_ledger_new(mu_ledger **out);
void mu_ledger_free(mu_ledger **ledger);

/* Take in an entry, in number order. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_ledger_take(mu_ledger *ledger, const struct mu_entry *entry);

/* Answers out of the ledger; lent as long as it lives. */
struct mu_say_resolver mu_ledger_resolver(mu_ledger *ledger);

#endif
