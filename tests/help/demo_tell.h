/* What an agent answered, in words one can compare. */
#ifndef MU_HELP_DEMO_TELL_H
#define MU_HELP_DEMO_TELL_H

#include "proto/base/text.h"
#include "proto/wire/entry.h"

/* Adds the block of lines for a finding, a sheet, a proposed dispatch or the windows of a release; for
 * other entries nothing. */
void demo_tell(struct mu_text *out, int offset_min, const struct mu_entry *entry);

#endif
