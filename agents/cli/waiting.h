/* What waits for somebody's word: orders not yet acknowledged, answers owed to villages, and what each
 * township and unit is asked for. Part of `muster now`. */
#ifndef MU_CLI_WAITING_H
#define MU_CLI_WAITING_H

#include "agents/cli/look.h"

/* Each line, no newline, most pressing first. */
void mu_waiting_lines(const struct mu_look *look, void (*line)(void *user, const char *text),
                      void *user);

#endif
