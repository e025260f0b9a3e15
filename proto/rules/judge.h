/* Inside the rules: what a rule is given, and how it says what it found.
 *
 * A judgement lives in one arena that is reset after it. When memory is out in the middle of one, the
 * process stops (MU_CHECK): half a judgement must not be published, and a coordinator that starts
 * again judges again.
 */
#ifndef MU_RULES_JUDGE_H
#define MU_RULES_JUDGE_H

#include "proto/rules/roads.h"
#include "proto/rules/rules.h"

/* What one rule says about one cause, for one decider. */
struct mu_draft {
    Muster__Finding *finding;
    const struct mu_said *lead; /* whose incident, area and status the finding carries */
    bool open;                  /* false: looked, and it is in order; the headline says how */
    Muster__CloseReason reason; /* when not open */
    int grave;                  /* the rule's: lower is graver */
    struct mu_draft *next;
};

struct mu_judgement {
    const mu_picture *picture;
    struct mu_roads **roads; /* mu_judge_roads makes it when first asked for */
    struct mu_river **river; /* mu_judge_river does */
    mu_arena *arena;
    const char *cause; /* "works:LV-01" */
    const char *id;    /* "LV-01" */
    int64_t now_ms;
    const struct mu_rule *rule; /* being asked */
    struct mu_draft *drafts;
    bool keep;       /* cannot be judged now: what was wanted stays wanted */
    uint64_t looked; /* prints looked at */
};

/* Ranks of `grave`: 0 is the gravest. */
#define MU_GRAVE_LAST 99

/* One line of the table of rules. A later rule is a later line. */
struct mu_rule {
    Muster__Rule rule;
    uint32_t version;
    const char *cause_kind; /* "works" */
    int grave;              /* which of two names the card: lower */
    Muster__Gravity gravity;
    Muster__FindingKind kind;
    const char *decider_role; /* NULL: no card, or the rule names it itself */
    void (*judge)(struct mu_judgement *judgement);
};

/* Ends with a row whose judge is NULL. */
extern const struct mu_rule mu_rule_table[];

/* The rules, each in its own file. */
void mu_judge_c02_works(struct mu_judgement *judgement);
void mu_judge_c02_road(struct mu_judgement *judgement);
void mu_judge_c03(struct mu_judgement *judgement);
void mu_judge_margins(struct mu_judgement *judgement);
void mu_judge_c04(struct mu_judgement *judgement);
void mu_judge_c06(struct mu_judgement *judgement);
void mu_judge_c10_hospital(struct mu_judgement *judgement);
void mu_judge_c10_county(struct mu_judgement *judgement);
void mu_judge_c06_path(struct mu_judgement *judgement);
void mu_judge_c11(struct mu_judgement *judgement);
void mu_judge_c11_twice(struct mu_judgement *judgement);
void mu_judge_clearance(struct mu_judgement *judgement);
void mu_judge_owed(struct mu_judgement *judgement);
void mu_judge_order(struct mu_judgement *judgement);
void mu_judge_overdue(struct mu_judgement *judgement);
void mu_judge_debt(struct mu_judgement *judgement);
void mu_judge_c15(struct mu_judgement *judgement);

/* Whether that mark is known to have passed: by the rules' clock, or by a tick. A finding that asks to be
 * woken at a mark is judged by this, so that nothing depends on what else happened in that minute. */
bool mu_judge_passed(const struct mu_judgement *judgement, int64_t mark_ms);

/* ---- saying what was found: all lent by the judgement ---- */

void *mu_judge_take(struct mu_judgement *judgement, size_t size);
char *mu_judge_text(struct mu_judgement *judgement, const char *text);
/* Makes *list one longer by `item`. */
#define MU_JUDGE_APPEND(judgement, list, count, item)                                              \
    ((list) = mu_judge_append((judgement), (list), &(count), sizeof *(list), &(item)))
/* The same for a list of pointers. */
#define MU_JUDGE_PUT(judgement, list, count, pointer)                                              \
    ((list) = mu_judge_append((judgement), (void *)(list), &(count), sizeof(void *),               \
                              (const void *)&(pointer)))
void *mu_judge_append(struct mu_judgement *judgement, void *list, size_t *count, size_t size,
                      const void *item);

/* A draft by the rule being asked, its decider looked up, about `subject`. */
struct mu_draft *mu_draft_begin(struct mu_judgement *judgement, const struct mu_said *lead,
                                const char *subject);
/* Another decider than the table's. */
void mu_draft_decider(struct mu_judgement *judgement, struct mu_draft *draft, const char *role,
                      const char *agency);
void mu_draft_party(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_said *said, Muster__Activity activity);
void mu_draft_cause(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_said *said);
/* The line of that id: made when it is new. Its state is RAISED. */
Muster__FindingLine *mu_draft_line(struct mu_judgement *judgement, struct mu_draft *draft,
                                   const char *line_id);
Muster__FindingOption *mu_draft_option(struct mu_judgement *judgement, struct mu_draft *draft,
                                       Muster__Sentence *text, bool possible);
void mu_line_evidence(struct mu_judgement *judgement, Muster__FindingLine *line, const char *name,
                      Muster__Argument *value);

Muster__Ref *mu_judge_ref(struct mu_judgement *judgement, const struct mu_said *said);
Muster__Number *mu_judge_number(struct mu_judgement *judgement, int64_t value,
                                Muster__Measure unit);
Muster__EdgeUse *mu_judge_edge(struct mu_judgement *judgement, const char *edge, int64_t from_m,
                               int64_t to_m);
/* Template and arguments; the list ends with NULL. */
Muster__Sentence *mu_judge_say(struct mu_judgement *judgement, const char *template_id, ...);
Muster__Argument *mu_arg_object(struct mu_judgement *judgement, const char *object);
Muster__Argument *mu_arg_area(struct mu_judgement *judgement, const char *area);
Muster__Argument *mu_arg_agency(struct mu_judgement *judgement, const char *agency);
Muster__Argument *mu_arg_item(struct mu_judgement *judgement, const char *item);
Muster__Argument *mu_arg_number(struct mu_judgement *judgement, int64_t value,
                                Muster__Measure unit);
Muster__Argument *mu_arg_at(struct mu_judgement *judgement, int64_t at_ms);
Muster__Argument *mu_arg_window(struct mu_judgement *judgement, int64_t start_ms, int64_t end_ms);
Muster__Argument *mu_arg_activity(struct mu_judgement *judgement, Muster__Activity activity);
Muster__Argument *mu_arg_edge(struct mu_judgement *judgement, const char *edge);
/* Another sentence of the catalogue by its id. */
Muster__Argument *mu_arg_text(struct mu_judgement *judgement, const char *template_id);
Muster__Argument *mu_arg_ref(struct mu_judgement *judgement, const struct mu_said *said);

#endif
