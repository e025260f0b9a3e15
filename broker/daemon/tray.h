/* Messages taken from the door and not heard yet: a few, so that the seals of those that wait are checked
 * while the first is judged. They are heard in the order they arrived in, whatever is known of them. */
#ifndef MU_DAEMON_TRAY_H
#define MU_DAEMON_TRAY_H

#include <zmq.h>

#include "broker/daemon/inside.h"

struct mu_message {
    struct mu_route route;
    zmq_msg_t payload; /* of more parts the last, for its metadata */
    bool whole;        /* it had one part, as it should */
};

MU_MUST_USE enum mu_err mu_tray_open(struct mu_tray **out);
/* What was not heard was not answered: its senders ask the next start. Before the desk is closed. */
void mu_tray_close(struct mu_daemon *d);

/* The oldest message, taken from the door if need be; lent until mu_tray_done. NULL: nothing is there. */
struct mu_message *mu_tray_first(struct mu_daemon *d);
/* It was heard. */
void mu_tray_done(struct mu_daemon *d);
/* Whether messages wait here, of which a poll of the door knows nothing. */
bool mu_tray_holds(const struct mu_tray *tray);

#endif
