#include "agents/player/mistake.h"

#include <stdio.h>
#include <string.h>

enum mu_err mu_mistaken(struct mu_mistake *mistake, enum mu_err code, size_t line,
                        const char *about)
{
    struct mu_text text = mu_text(mistake->about, sizeof mistake->about);

    mistake->code = code;
    mistake->line = line;
    mistake->hint[0] = '\0';
    mu_text_add(&text, about);
    return code;
}

void mu_mistake_hint(struct mu_mistake *mistake, const char *hint)
{
    struct mu_text text = mu_text(mistake->hint, sizeof mistake->hint);

    mu_text_add(&text, hint);
}

void mu_mistake_tell(const struct mu_mistake *mistake, enum mu_lang lang, struct mu_text *out)
{
    char place[512], what[640], line[24] = "";
    struct mu_text sentence = mu_text(what, sizeof what);

    if (mistake->line != 0)
        snprintf(line, sizeof line, ":%zu", mistake->line);
    snprintf(place, sizeof place, "%s%s", mistake->file, line);
    mu_text_add(&sentence, mu_err_sentence(mistake->code, lang));
    if (mistake->about[0] != '\0')
        mu_text_addf(&sentence, lang == MU_LANG_ZH ? "：%s" : ": %s", mistake->about);
    if (mistake->hint[0] != '\0')
        mu_text_addf(&sentence, lang == MU_LANG_ZH ? "（%s）" : " (%s)", mistake->hint);
    const char *args[] = {place, what, mu_err_remedy(mistake->code, lang),
                          mu_err_code(mistake->code)};
    mu_words_fill(out, mu_word(MU_W_ERROR_LINE, lang), args, 4);
}
