#include "proto/words/terms.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *type;
    uint32_t value;
    const char *word[2];
} terms[] = {
#define T(type, value, en, zh) {#type, value, {en, zh}},
#include "proto/words/terms.def"
#undef T
};

const char *mu_term(const char *type, uint32_t value, enum mu_lang lang)
{
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++)
        if (terms[i].value == value && strcmp(terms[i].type, type) == 0)
            return terms[i].word[lang == MU_LANG_ZH];
    return "?";
}
