#include "proto/base/err.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    enum mu_err err;
    enum mu_err_class class;
    const char *code;
    const char *sentence[2];
    const char *remedy[2];
};

static const struct row rows[] = {
#define E(name, number, class, en, en_remedy, zh, zh_remedy)                                       \
    {MU_E_##name, MU_CLASS_##class, "MU-" #number " " #name, {en, zh}, {en_remedy, zh_remedy}},
#include "proto/base/err.def"
#undef E
};

static const struct row fine = {MU_OK, MU_CLASS_NONE, "OK", {"done", "完成"}, {"", ""}};
static const struct row unknown = {
    MU_OK,
    MU_CLASS_STRANGE,
    "MU-?",
    {"an error this version does not know", "本版本未知的错误"},
    {"upgrade this program", "请升级本程序"},
};

static const struct row *find(enum mu_err err)
{
    if (err == MU_OK)
        return &fine;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].err == err)
            return &rows[i];
    return &unknown;
}

enum mu_err_class mu_err_class(enum mu_err err)
{
    return find(err)->class;
}

const char *mu_err_code(enum mu_err err)
{
    return find(err)->code;
}

const char *mu_err_sentence(enum mu_err err, enum mu_lang lang)
{
    return find(err)->sentence[lang == MU_LANG_ZH];
}

const char *mu_err_remedy(enum mu_err err, enum mu_lang lang)
{
    return find(err)->remedy[lang == MU_LANG_ZH];
}

_Noreturn void mu_check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "muster: own mistake, stopping: %s at %s:%d\n", what, file, line);
    abort();
}
