/* Works beside movements: what C02 and C04 both look at. */
#ifndef MU_RULES_WORKS_H
#define MU_RULES_WORKS_H

#include "proto/rules/judge.h"

/* One part of the works and one part of another operation, in one place at one time. */
struct mu_clash {
    const struct mu_print *works, *other;
    int64_t start_ms, end_ms; /* what they share */
    Muster__Compatibility verdict;
    bool blocks; /* the works close the road the other must pass */
};

/* All that the plan the judgement is about shares with others from now on, in order of the others'
 * names. Lent by the judgement. */
const struct mu_clash *mu_works_meet(struct mu_judgement *judgement, size_t *count);

/* Parties, lines, decide-by and options of a draft about these clashes (those `wanted` says). */
void mu_works_draft(struct mu_judgement *judgement, const struct mu_clash *clashes, size_t count,
                    bool (*wanted)(const struct mu_clash *clash), const char *blocked_template,
                    const char *beside_template);

/* Names of the operations in order, each once: "EV-01, EV-02". */
char *mu_works_others(struct mu_judgement *judgement, const struct mu_clash *clashes, size_t count,
                      bool (*wanted)(const struct mu_clash *clash));

/* Offers the way round for one movement that cannot use `clash->works->place`, if there is one no
 * longer than twice the planned journey. */
void mu_route_offer(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_print *movement);

#endif
