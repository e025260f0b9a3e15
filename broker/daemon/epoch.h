/* What the operator hears of a record that was restored, and the mark of the last backup. */
#ifndef MU_DAEMON_EPOCH_H
#define MU_DAEMON_EPOCH_H

#include "broker/daemon/inside.h"

/* A line for the operator where a HELLO does not fit the record; at most one a minute and kind. */
void mu_epoch_tell(struct mu_daemon *d, const struct mu_peer *peer,
                   const struct mu_desk_held *held);
/* A record that was restored says so in its first turn, before anybody is let in.
 * Errors: MU_E_FULL when there is no room to say it; storage errors. */
MU_MUST_USE enum mu_err mu_epoch_open(struct mu_daemon *d);

/* Reads what the last backup left in the record's directory, when it has changed since. */
void mu_backup_look(struct mu_daemon *d);

#endif
