/* Shelters: what both halves of C06 say about one. */
#ifndef MU_RULES_SHELTERS_H
#define MU_RULES_SHELTERS_H

#include "proto/picture/people.h"
#include "proto/picture/river.h"
#include "proto/rules/judge.h"

/* Lines and parties: who sends people there, and who is there beside them. */
void mu_shelter_senders(struct mu_judgement *judgement, struct mu_draft *draft,
                        const struct mu_shelter *shelter);
/* Offers the next shelter for that many, or says that there is none. */
void mu_shelter_offer(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_shelter *shelter, int64_t persons);
Muster__Sentence *mu_path_say(struct mu_judgement *judgement, const char *shelter,
                              const char *operation, const struct mu_arrival *arrival);

#endif
