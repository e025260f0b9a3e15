/* What people read: one line per entry for the feed, and the card with its eight questions.
 *
 * Pure: entry and names in, text out. Text that came from outside is cleaned (mu_clean) on the way:
 * nothing an agency sends can move the cursor, change colours or hide a line.
 */
#ifndef MU_CLI_RENDER_H
#define MU_CLI_RENDER_H

#include "proto/base/text.h"
#include "proto/wire/entry.h"
#include "proto/wire/event.h"

#define MU_LINE_BYTES_MAX 1024u
#define MU_CARD_BYTES_MAX 16384u

/* Names of objects, areas and agencies as the reference data give them; learnt from entries. */
typedef struct mu_names mu_names;
MU_MUST_USE enum mu_err mu_names_new(mu_names **out);
void mu_names_free(mu_names **names);
/* Learn from an entry that names something; others are ignored. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_names_learn(mu_names *names, const struct mu_entry *entry);
/* "Liulin Middle School" for "S1"; the key itself when nothing is known. Lent until the next learn. */
const char *mu_names_of(const mu_names *names, const char *key, enum mu_lang lang);

/* How to show it. */
struct mu_style {
    enum mu_lang lang;
    int offset_min;        /* local time east of UTC */
    bool colour;           /* ANSI colours; words and marks say the same without */
    bool exercise;         /* of the log: every line says so, also one whose event does not */
    size_t columns;        /* lines are cut here; 0: never */
    const mu_names *names; /* NULL: keys as they are */
};

/* One line, no newline: EXERCISE, time, agency, kind, object@version, the numbers that matter. A
 * finding that is a card gets its headline; the lines below it come from mu_render_more. */
void mu_render_line(struct mu_text *out, const struct mu_style *style,
                    const struct mu_entry *entry);
/* The lines below (each ended by a newline): decide by, who decides, what to type next. Empty for
 * everything that is not a raised card. */
void mu_render_more(struct mu_text *out, const struct mu_style *style,
                    const struct mu_entry *entry);
/* The whole card: what, where, bites, claims, why, options, decides, next. `causes` are the entries
 * the finding names in parties and causes, as far as they are known. `now_ms` is the log clock. */
void mu_render_card(struct mu_text *out, const struct mu_style *style, const struct mu_entry *card,
                    const struct mu_entry *const *causes, size_t cause_count, int64_t now_ms);

/* The numbers of one entry alone, without time, agency and kind. */
void mu_render_summary(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry);

/* The short name people type for a card: "C04:LV-01". */
void mu_render_card_name(struct mu_text *out, const Muster__Finding *finding);
/* A sentence of the findings' catalogue with its arguments. */
void mu_render_sentence(struct mu_text *out, const struct mu_style *style,
                        const Muster__Sentence *sentence);

/* Appends `untrusted` with control characters (C0, DEL, C1), direction overrides and broken UTF-8
 * shown as \xNN or \u{NNNN}, never acted on. */
void mu_clean(struct mu_text *out, const char *untrusted);

#endif
