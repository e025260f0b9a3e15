/* Inside dump: three voices say the same of an object. A line for machines, so that two can be compared; members
 * of one object for programs; a line for people, in their language, units and local time. What is not known is
 * in none. */
#ifndef MU_PICTURE_VOICE_H
#define MU_PICTURE_VOICE_H

#include "proto/picture/picture.h"
#include "proto/words/words.h"

struct voice {
    struct mu_text *out;
    bool json;
    const char *comma;
    const struct mu_listener *listener; /* a person; NULL: a machine or a program */
    bool in_item;                       /* of a list: its parts follow without a comma */
    bool begun;                         /* the next clause follows another */
};

/* How one value is called: `word` in a machine's line (NULL: the value alone), `key` in the object, `says` to
 * people. */
struct label {
    const char *word, *key;
    enum mu_word says;
};
#define LABEL(word, key, says) (&(const struct label){word, key, says})

/* A count; a quantity in thousandths of `unit` (0: none); a time; a name; a value of an enum, which is its
 * number to machines, its word to the others. A NULL name is not known. */
void mu_voice_count(struct voice *v, const struct label *label, bool known, int64_t value);
void mu_voice_milli(struct voice *v, const struct label *label, bool known, int64_t milli,
                    uint32_t unit);
void mu_voice_measure(struct voice *v, const struct label *label, bool known, int64_t value,
                      uint32_t unit);
void mu_voice_time(struct voice *v, const struct label *label, bool known, int64_t ms);
void mu_voice_name(struct voice *v, const struct label *label, const char *value);
void mu_voice_code(struct voice *v, const struct label *label, const char *type, uint32_t value);
/* To people alone: when, "open end" where it has none, nothing where it is filed for all time; that a value was
 * not stated. */
void mu_voice_span(struct voice *v, const struct mu_span *span);
void mu_voice_unstated(struct voice *v);
/* The sentence alone, nothing before it: "open". */
const char *mu_voice_word(const struct voice *v, enum mu_word word);

void mu_voice_list(struct voice *v, const char *key);
void mu_voice_list_end(struct voice *v);
/* One of a list begins with its name; NULL: not stated. */
void mu_voice_item(struct voice *v, const char *sign, const char *key, const char *name);
void mu_voice_item_end(struct voice *v);

/* The list of places an object's operation is at (voice_place.c). */
void mu_voice_places(struct voice *v, const struct mu_object *object);

#endif
