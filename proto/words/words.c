#include "proto/words/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const sentences[MU_WORDS][2] = {
#define W(name, en, zh) {en, zh},
#include "proto/words/words.def"
#undef W
};

const char *mu_word(enum mu_word word, enum mu_lang lang)
{
    return sentences[word][lang == MU_LANG_ZH];
}

static void add_piece(struct mu_text *out, const char *from, size_t size)
{
    char piece[256];

    while (size > 0) {
        size_t part = size < sizeof piece ? size : sizeof piece - 1;

        memcpy(piece, from, part);
        piece[part] = '\0';
        mu_text_add(out, piece);
        from += part;
        size -= part;
    }
}

/* "{2|entry|entries}": the first word when argument 2 is one of something, else the second. Gives the end
 * of the place; NULL when it is none. */
static const char *add_either(struct mu_text *out, const char *at, const char *arg)
{
    const char *one = at + 3;
    size_t one_size = strcspn(one, "|}");
    const char *many = one + one_size + 1;
    size_t many_size = one[one_size] == '|' ? strcspn(many, "}") : 0;

    if (one[one_size] != '|' || many[many_size] != '}')
        return NULL;
    if (strcmp(arg, "1") == 0)
        add_piece(out, one, one_size);
    else
        add_piece(out, many, many_size);
    return many + many_size + 1;
}

void mu_words_fill(struct mu_text *out, const char *sentence, const char *const *args, size_t count)
{
    const char *from = sentence;

    for (const char *at = sentence; *at != '\0'; at++) {
        bool is_place =
            at[0] == '{' && at[1] >= '0' && at[1] <= '9' && (at[2] == '}' || at[2] == '|');
        const char *end = at + 3;

        if (!is_place || (size_t)(at[1] - '0') >= count)
            continue;
        add_piece(out, from, (size_t)(at - from));
        from = at;
        if (at[2] == '}')
            mu_text_add(out, args[at[1] - '0']);
        else if ((end = add_either(out, at, args[at[1] - '0'])) == NULL)
            continue;
        from = end;
        at = end - 1;
    }
    mu_text_add(out, from);
}

enum mu_lang mu_words_lang(const char *locale)
{
    return locale != NULL && strncmp(locale, "zh", 2) == 0 ? MU_LANG_ZH : MU_LANG_EN;
}

enum mu_lang mu_words_lang_of(const char *all, const char *messages, const char *lang)
{
    const char *const locales[] = {all, messages, lang};

    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++)
        if (locales[i] != NULL && locales[i][0] != '\0')
            return mu_words_lang(locales[i]);
    return MU_LANG_EN;
}

enum mu_lang mu_words_lang_asked(int argc, char *const *argv, enum mu_lang otherwise)
{
    for (int i = 1; i < argc && argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        const char *value = NULL;

        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            value = argv[i + 1];
        else if (strncmp(argv[i], "--lang=", 7) == 0)
            value = argv[i] + 7;
        if (value != NULL)
            return mu_words_lang(value);
    }
    return otherwise;
}

void mu_words_system(struct mu_text *out, int number, enum mu_lang lang)
{
    static const struct {
        int number;
        enum mu_word word;
    } known[] = {
        {ENOENT, MU_W_SYS_ABSENT},         {EACCES, MU_W_SYS_FORBIDDEN},
        {EPERM, MU_W_SYS_FORBIDDEN},       {ENOSPC, MU_W_SYS_FULL},
        {EDQUOT, MU_W_SYS_FULL},           {EADDRINUSE, MU_W_SYS_ADDRESS_TAKEN},
        {EADDRNOTAVAIL, MU_W_SYS_ADDRESS}, {ECONNREFUSED, MU_W_SYS_REFUSED},
        {EISDIR, MU_W_SYS_IS_DIRECTORY},   {ENOTDIR, MU_W_SYS_NO_DIRECTORY},
        {EEXIST, MU_W_SYS_EXISTS},         {ENOTEMPTY, MU_W_SYS_NOT_EMPTY},
        {EROFS, MU_W_SYS_READ_ONLY},       {EIO, MU_W_SYS_IO},
        {EMFILE, MU_W_SYS_FILES},          {ENFILE, MU_W_SYS_FILES},
        {ENOMEM, MU_W_SYS_MEMORY},         {ENODEV, MU_W_SYS_NO_DEVICE},
        {ENAMETOOLONG, MU_W_SYS_LONG},     {ETIMEDOUT, MU_W_SYS_TIMEOUT},
        {ENETUNREACH, MU_W_SYS_NETWORK},   {EHOSTUNREACH, MU_W_SYS_NETWORK},
        {ENOEXEC, MU_W_SYS_NO_PROGRAM},    {EPIPE, MU_W_SYS_PIPE},
    };
    char text[24];
    const char *args[] = {text};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].number == number) {
            mu_text_add(out, mu_word(known[i].word, lang));
            return;
        }
    }
    (void)snprintf(text, sizeof text, "%d", number);
    mu_words_fill(out, mu_word(MU_W_SYS_OTHER, lang), args, 1);
}
