/* What a person types after `muster say`, and one row of an exercise script, as an event:
 *
 *   KIND [OBJECT[@vN]] [field=value ...]
 *   evacuation EV-01@v1 area=cn/99/01/21/201/201 persons_planned=620 legs[0].route=E11,E12,E13
 *
 * `occurred=14:01` and `sent=14:02` set those clocks; `card=C04:LV-01` names an open card. Pure: what
 * only the record knows (the identity behind EV-01@v1, the card behind its name) is filled in by
 * mu_say_resolve through a callback.
 */
#ifndef MU_WIRE_SAY_H
#define MU_WIRE_SAY_H

#include "proto/base/text.h"
#include "proto/wire/assign.h"

#define MU_SAY_WORDS_MAX 256u

/* What was read. Lent by the arena of `how`. */
struct mu_saying {
    Muster__Event *event;
    uint32_t kind;
    bool names_card; /* card= was given: rule and subject to be resolved */
    uint32_t card_rule;
    const char *card_subject;
};

/* Read the words after `say`. On an error how->fault names the field as typed (or the word that is no
 * KIND). Errors: MU_E_USAGE no words, or a word that is no field=value; MU_E_NO_KIND; MU_E_ABSENT no
 * such field; MU_E_BAD_VALUE; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_say_read(int argc, const char *const *argv, const struct mu_assign *how,
                                    struct mu_saying *out);
/* One field=value, as mu_say_read takes it: the reference loader's way in. */
MU_MUST_USE enum mu_err mu_say_set(struct mu_saying *said, const char *field, const char *value,
                                   const struct mu_assign *how);
/* An empty one of `kind`, about `object` ("EV-01", "EV-01@v1"; NULL: none). */
MU_MUST_USE enum mu_err mu_say_begin(uint32_t kind, const char *object, const struct mu_assign *how,
                                     struct mu_saying *out);

/* What the sender's place fills in where the words left it open. */
struct mu_say_defaults {
    const char *agency;     /* also when it was given: nobody speaks as another */
    const char *area;       /* of the county; a body with an area of its own comes first */
    const char *incident;   /* NULL: none */
    uint32_t status;        /* enum Status of the log; 0: leave it open */
    int64_t now_ms;         /* occurred and sent */
    uint32_t clock_quality; /* of now_ms, when it becomes the time sent; 0: leave it open */
};
MU_MUST_USE enum mu_err mu_say_fill(struct mu_saying *said, const struct mu_say_defaults *defaults,
                                    const struct mu_assign *how);

/* Answers from the record. Each returns MU_E_ABSENT when there is no such thing. */
struct mu_say_resolver {
    /* The statement that made `version` of `object` (0: the newest); its version to *version.
     * `kind` narrows it to statements of that kind; 0: whatever people mean by the name. */
    enum mu_err (*ref)(void *user, uint32_t kind, const char *object, uint32_t *version,
                       struct mu_hash *leaf);
    /* The open card of `rule` whose subject, or any cause, is `subject`. May be NULL. */
    enum mu_err (*card)(void *user, uint32_t rule, const char *subject, struct mu_hash *card_id,
                        struct mu_hash *finding_id);
    void *user;
};
/* Fill the leaf (and an absent version) of every Ref that names an object but no identity, and the
 * card. A subject of the event without a version gets the next one: 1, or newest + 1 for a new
 * version, the newest for progress, affirmation and withdrawal.
 * Errors: MU_E_BAD_REF a Ref without an object; what the resolver returned; how->fault names it,
 * "EV-09@v1" or "C04:LV-09". */
MU_MUST_USE enum mu_err mu_say_resolve(struct mu_saying *said,
                                       const struct mu_say_resolver *resolver,
                                       const struct mu_assign *how);
/* Whether it names something only the record knows: if not, it may be said with no record at hand. */
bool mu_say_asks(const struct mu_saying *said);

/* ---- help with bad words ------------------------------------------------------------------- */
/* The kind, or field of `kind`, nearest to what was typed; false when nothing is near. */
bool mu_say_near_kind(const char *typed, struct mu_text *out);
bool mu_say_near_field(uint32_t kind, const char *typed, struct mu_text *out);
/* What the field takes: "red, orange, yellow" for an enum, else the form of its value: "14:05". */
void mu_say_takes(uint32_t kind, const char *typed, struct mu_text *out);
/* A rule by name, "C04" or "clearance"; 0 when there is none. */
uint32_t mu_say_rule(const char *name);
/* "C04"; "?" for an unknown one. Static. */
const char *mu_say_rule_name(uint32_t rule);

/* Cut one line into words, in place: blanks separate, "double quotes" keep blanks ("" inside them is
 * a quote), `;` alone is a word. Returns their number; MU_SAY_WORDS_MAX + 1 when there are more, 0
 * with *open true when a quote is not closed. */
size_t mu_say_words(char *line, char **words, bool *open);

#endif
