/* Telling the service manager how we are: the protocol of sd_notify(3), which is one datagram to the
 * socket named in NOTIFY_SOCKET. Without that variable nothing is said.
 */
#ifndef MU_DAEMON_NOTIFY_H
#define MU_DAEMON_NOTIFY_H

/* `state` is lines of NAME=VALUE: "READY=1", "STOPPING=1", "WATCHDOG=1". Never blocks, never fails: a
 * manager that does not listen changes nothing for the record. */
void mu_notify(const char *state);

#endif
