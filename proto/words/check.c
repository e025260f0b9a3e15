#include "proto/words/check.h"

#include <string.h>
#include <strings.h>

static const char *const list[][2] = {
#define C(en, zh) {en, zh},
#include "proto/words/check.def"
#undef C
};

_Static_assert(sizeof list / sizeof list[0] == MU_CHECK_LIST, "one word is ten bits");

void mu_check_words_print(struct mu_text *out, const uint16_t *words, size_t count,
                          enum mu_lang lang)
{
    for (size_t i = 0; i < count; i++) {
        MU_CHECK(words[i] < MU_CHECK_LIST);
        mu_text_add(out, i == 0 ? "" : "   ");
        mu_text_add(out, list[words[i]][lang == MU_LANG_ZH]);
    }
}

static bool word_is(const char *typed, size_t size, uint16_t word)
{
    for (size_t lang = 0; lang < 2; lang++)
        if (strlen(list[word][lang]) == size && strncasecmp(typed, list[word][lang], size) == 0)
            return true;
    return false;
}

bool mu_check_words_same(const char *typed, const uint16_t *words, size_t count)
{
    static const char between[] = " \t\r\n,-";

    for (size_t i = 0; i < count; i++) {
        typed += strspn(typed, between);
        size_t size = strcspn(typed, between);

        MU_CHECK(words[i] < MU_CHECK_LIST);
        if (!word_is(typed, size, words[i]))
            return false;
        typed += size;
    }
    return typed[strspn(typed, between)] == '\0';
}
