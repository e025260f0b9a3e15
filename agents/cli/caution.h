/* What somebody about to speak should know first. Said on stderr; nothing is held back. */
#ifndef MU_CLI_CAUTION_H
#define MU_CLI_CAUTION_H

#include "agents/cli/voice.h"

/* Those this statement asks for something who have more open than the county's limit. */
void mu_caution_load(struct mu_voice *voice, const struct mu_saying *saying);
/* This machine's clock, when it is off by more than a person would not notice. */
void mu_caution_clock(const struct mu_voice *voice);

#endif
