/* What health knows of Qinghe, on top of story_qinghe: hospitals, the village on the hill, beds at 14:00. */
#ifndef MU_HELP_MEDICAL_H
#define MU_HELP_MEDICAL_H

#include "tests/help/story.h"

void story_medical(struct story *story);

#endif
