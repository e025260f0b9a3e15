/* The lines a card is written in, in the feed and by itself. Inside render only. */
#ifndef MU_CLI_FACE_H
#define MU_CLI_FACE_H

#include "agents/cli/show/feed.h"

#define MU_FACE_TITLE_COLUMNS 9u

/* One card on its way out. */
struct mu_face {
    struct mu_text *out;
    const struct mu_style *style;
    const struct mu_entry *entry;
    const Muster__Finding *finding;
    const struct mu_entry *const *causes;
    size_t cause_count;
    int64_t now_ms;
};

/* Begin a line: EXERCISE when it is one, and a title from the catalogue (or any text). */
void mu_face_begin(const struct mu_face *card, enum mu_word title);
void mu_face_begin_text(const struct mu_face *card, const char *title);
/* Ends the line, without blanks before it. */
void mu_face_end(struct mu_text *out);
/* "not known", and the line's end. */
void mu_face_unknown(const struct mu_face *card);
/* A sentence with one or two arguments; b may be NULL. */
void mu_face_fill(const struct mu_face *card, enum mu_word word, const char *a, const char *b);
/* " (in 5 min)" */
void mu_face_minutes(const struct mu_face *card, int64_t at_ms);
/* One line for each line of the finding that has words. */
void mu_face_lines(const struct mu_face *card);
/* Whether somebody is still to decide: not when it is closed, or decided already. */
bool mu_face_waits(const Muster__Finding *finding);

#endif
