/* The commands backup and restore, and what they say to people; their exit statuses. */
#ifndef MU_DAEMON_COMMAND_H
#define MU_DAEMON_COMMAND_H

#include "broker/daemon/backup.h"

int mu_command_backup(const struct mu_backup *backup, enum mu_lang lang);
int mu_command_restore(const struct mu_backup *backup, bool check, enum mu_lang lang);

#endif
