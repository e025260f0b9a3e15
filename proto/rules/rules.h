/* When two statements clash, and what is overdue. Pure: picture in, findings wanted out.
 *
 * What is wanted is a set of cards and other findings, kept up entry by entry: after each fold only
 * the causes that entry touched are judged again. The coordinator compares what is wanted with what
 * it has published and says the difference.
 *
 *   cause     what a card is about: "works:LV-01", "shelter:S1". One cause can make several cards,
 *             one for each decider
 *   rule      a function that looks at one cause; rules that fire on the same cause for the same
 *             decider make one card, named by the graver
 *   wanted    one card or other finding, open or closed, as the rules would have it now
 */
#ifndef MU_RULES_RULES_H
#define MU_RULES_RULES_H

#include "proto/base/arena.h"
#include "proto/picture/card.h"
#include "proto/picture/picture.h"

#define MU_RULES_VERSION 1u

typedef struct mu_rules mu_rules;

/* The picture must outlive the rules, and both see every entry from the first. */
MU_MUST_USE enum mu_err mu_rules_new(const mu_picture *picture, mu_rules **out);
void mu_rules_free(mu_rules **rules);

/* Judge again what the last folded entry touched. Once after each fold. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_rules_judge(mu_rules *rules);
/* Judge every cause there is, as if everything had been touched. The answer is the same. */
MU_MUST_USE enum mu_err mu_rules_judge_all(mu_rules *rules);

/* Who will say it. */
struct mu_rules_voice {
    const char *agency; /* its earlier findings are what is published */
    int64_t now_ms;     /* log clock, for sent_at */
};

/* Events to say now: for each wanted finding that differs from what is published. They count as
 * published until their own entries are folded. Also after a restart, when the picture holds what was
 * published. Lent by `arena`. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_rules_differ(mu_rules *rules, const struct mu_rules_voice *voice,
                                        mu_arena *arena, const Muster__Event ***out, size_t *count);
/* Findings said that have not come back as entries yet. */
size_t mu_rules_awaited(const mu_rules *rules);

/* One wanted finding, for tests and readers. Lent until the next judgement. */
struct mu_wanted {
    const char *cause; /* "works:LV-01" */
    const char *role;  /* of the decider; "" for findings that are no card */
    bool open;
    bool is_card;
    uint32_t raisings;                /* as the rules count them */
    Muster__CloseReason close_reason; /* when not open */
    struct mu_bytes packed;           /* the finding, packed as an event of kind finding */
    struct mu_hash core;              /* mu_finding_core of it */
};
/* In order of cause and role; NULL past the end. */
const struct mu_wanted *mu_rules_wanted(const mu_rules *rules, size_t index);
/* Rules asked and prints looked at so far: the price of judging, for tests. */
uint64_t mu_rules_looked(const mu_rules *rules);

#endif
